/** Requests signed by AWS's own signer. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'

export interface TestCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/** The interface of a hash that the signer needs. */
export class Sha256 {
  readonly #hash: Hash | Hmac
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key as string)
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {
    throw new Error('not used')
  }
}

export interface SignedPost {
  readonly host: string
  readonly service: string
  readonly region: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The headers of a signed `POST /`, with lower-case names. */
export async function signedHeaders(
  credentials: TestCredentials,
  { host, service, region, headers, body, now }: SignedPost,
): Promise<Readonly<Record<string, string>>> {
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 })
  const request = { method: 'POST', protocol: 'https:', hostname: host, path: '/', query: {}, body }
  const signed = await signer.sign({ ...request, headers: { ...headers, host } }, { signingDate: new Date(now) })
  return Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** A short-term Bedrock API key: a presigned call of `CallWithBearerToken`, as `@aws/bedrock-token-generator` makes it. */
export async function bedrockApiKey(
  credentials: TestCredentials,
  {
    region,
    expiresInSeconds,
    now,
  }: { readonly region: string; readonly expiresInSeconds: number; readonly now: number },
): Promise<string> {
  const host = 'bedrock.amazonaws.com'
  const signer = new SignatureV4({ credentials, region, service: 'bedrock', sha256: Sha256 })
  const request = { method: 'POST', protocol: 'https:', hostname: host, path: '/', headers: { host } }
  const { query = {} } = await signer.presign(
    { ...request, query: { Action: 'CallWithBearerToken' } },
    { expiresIn: expiresInSeconds, signingDate: new Date(now) },
  )
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return `bedrock-api-key-${Buffer.from(`${host}/?${pairs.sort().join('&')}&Version=1`).toString('base64')}`
}
