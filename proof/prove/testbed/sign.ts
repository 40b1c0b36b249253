/** Signs calls that no client would send, with AWS's own signer. Calls that the gateway makes are signed by the SDK's clients. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { AwsCredentialIdentity } from '@aws-sdk/types'
import { SignatureV4 } from '@smithy/signature-v4'

export type AwsCredentials = Required<Pick<AwsCredentialIdentity, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>>

export interface SignedRequest {
  readonly host: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Signing {
  readonly credentials: AwsCredentials
  readonly region: string
  /** The service's name in signatures: `sts`, `dynamodb`, `bedrock`. */
  readonly service: string
}

export const signerOf = (signing: Signing) => new SignatureV4({ ...signing, sha256: Sha256 })

/** The headers of a POST request, including the signature. */
export async function signedHeaders(
  signing: Signing,
  { host, path, headers, body }: SignedRequest,
  signingDate: Date,
): Promise<Readonly<Record<string, string>>> {
  const request = {
    method: 'POST',
    protocol: 'https:',
    hostname: host,
    path,
    query: {},
    headers: { ...headers, host },
    body,
  }
  const signed = await signerOf(signing).sign(request, { signingDate })
  return { ...signed.headers, 'content-length': `${Buffer.byteLength(body)}` }
}

/** The hash function that the signer needs, made with Node's own. */
class Sha256 {
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
