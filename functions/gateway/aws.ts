/**
 * A signed call to AWS. The signature is AWS's own library; the three operations the function needs are small enough to
 * write down (docs/decisions/ has the measurement against the full SDK clients).
 */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Answer, Transport } from './transport.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

export interface AwsCall {
  readonly host: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMilliseconds: number
  readonly maximumBytes: number
}

export type SignedCall = (call: AwsCall) => Promise<Answer>

export interface SignerOptions {
  readonly transport: Transport
  readonly credentials: AwsCredentials
  readonly region: string
  /** Signing name: `sts`, `dynamodb`, `bedrock`. */
  readonly service: string
  readonly now: () => number
}

export function createSignedCall({ transport, credentials, region, service, now }: SignerOptions): SignedCall {
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 })
  return async ({ host, path, headers, body, timeoutMilliseconds, maximumBytes }) => {
    const signed = await signer.sign(
      { method: 'POST', protocol: 'https:', hostname: host, path, query: {}, headers: { ...headers, host }, body },
      { signingDate: new Date(now()) },
    )
    return await transport({
      method: 'POST',
      host,
      path,
      headers: { ...signed.headers, 'content-length': `${Buffer.byteLength(body)}` },
      body,
      timeoutMilliseconds,
      maximumBytes,
    })
  }
}

/** What the signer asks of a hash, on Node's own. */
export class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', key(secret))
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    throw new Error('A hash is used once.')
  }
}

function key(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret)
}

/**
 * Name of the exception in an AWS answer: the header `x-amzn-errortype`, `__type` in JSON, `<Code>` in XML; without
 * namespace and without the URL that some services append.
 */
export function exceptionName(answer: Answer): string | undefined {
  const header = answer.headers['x-amzn-errortype']
  const named =
    (typeof header === 'string' ? header : undefined) ?? jsonType(answer.body) ?? xmlElement(answer.body, 'Code')
  return named?.split(':')[0]?.split('#').at(-1)
}

function jsonType(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && '__type' in value && typeof value.__type === 'string') {
      // `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`
      return value.__type.split('#').at(-1)
    }
  } catch {
    // not JSON: the caller looks elsewhere
  }
  return undefined
}

/** Text of the first element of that name. STS's answers hold keys, tokens and times, none of which XML escapes. */
export function xmlElement(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
}
