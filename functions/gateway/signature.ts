/**
 * The signature of a token, RS256 and nothing else. jose finds the key; Node verifies in place, since jose's way through WebCrypto is a
 * thread of its own and four times the processor time (docs/decisions/0026), which every request waits for.
 */
import { KeyObject, verify } from 'node:crypto'
import { decodeProtectedHeader, errors, type JWTVerifyGetKey } from 'jose'
import { GatewayError } from './errors.ts'

/** RFC 7518: "A key of size 2048 bits or larger MUST be used". */
const LEAST_BITS = 2048

/**
 * @param token of three parts in base64url
 * @throws GatewayError `token_malformed`, `token_untrusted`, or `identity_unavailable` where the keys cannot be had
 */
export async function verifySignature(token: string, getKey: JWTVerifyGetKey): Promise<void> {
  const header = headerOf(token)
  // Neither another algorithm nor an extension that must be understood.
  if (header.alg !== 'RS256' || header.crit !== undefined) throw untrusted()
  const [head = '', payload = '', signature = ''] = token.split('.')
  const key = await keyOf(getKey, header, { protected: head, payload, signature })
  const signed = Buffer.from(`${head}.${payload}`)
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) throw untrusted()
}

type Header = Parameters<JWTVerifyGetKey>[0]

function headerOf(token: string): Header {
  try {
    return decodeProtectedHeader(token) as Header
  } catch (cause) {
    throw malformed('it is not a signed JSON Web Token', cause)
  }
}

const keys = new WeakMap<object, KeyObject>()

async function keyOf(getKey: JWTVerifyGetKey, ...[header, parts]: Parameters<JWTVerifyGetKey>): Promise<KeyObject> {
  const found = await Promise.resolve(getKey(header, parts)).catch((error: unknown) => {
    throw error instanceof errors.JOSEError ? untrusted(error) : error
  })
  if (!(found instanceof CryptoKey)) throw untrusted()
  const key = keys.get(found) ?? KeyObject.from(found)
  keys.set(found, key)
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (key.type !== 'public' || key.asymmetricKeyType !== 'rsa' || modulusLength < LEAST_BITS) throw untrusted()
  return key
}

export function malformed(why: string, cause?: unknown): GatewayError {
  return new GatewayError('token_malformed', `The token in Authorization cannot be read: ${why}.`, { cause })
}

function untrusted(cause?: unknown): GatewayError {
  return new GatewayError(
    'token_untrusted',
    'The token in Authorization is not signed (RS256) with a key of the issuer that this path trusts.',
    { cause },
  )
}
