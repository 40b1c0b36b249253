/** Bedrock's short-term API keys, which anybody who has credentials can make without a call of AWS. */
import { type AwsCredentials, signerOf } from './sign.ts'

const HOST = 'bedrock.amazonaws.com'

export interface ApiKeyOptions {
  readonly region: string
  readonly expiresInSeconds: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A presigned call of `CallWithBearerToken`, as AWS's own generator (`@aws/bedrock-token-generator`) makes it. */
export async function makeApiKey(
  credentials: AwsCredentials,
  { region, expiresInSeconds, now }: ApiKeyOptions,
): Promise<string> {
  const signer = signerOf({ credentials, region, service: 'bedrock' })
  const { query = {} } = await signer.presign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: HOST,
      path: '/',
      headers: { host: HOST },
      query: { Action: 'CallWithBearerToken' },
    },
    { expiresIn: expiresInSeconds, signingDate: new Date(now) },
  )
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return `bedrock-api-key-${Buffer.from(`${HOST}/?${pairs.sort().join('&')}&Version=1`).toString('base64')}`
}
