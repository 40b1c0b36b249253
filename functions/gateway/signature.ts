/**
 * Verifies the signature of a token; only RS256 is accepted. jose finds the key, but Node verifies in the same thread: jose's verification by
 * WebCrypto uses another thread and four times the processor time (docs/decisions/0026), and every request waits for it.
 */
import { hash, KeyObject, verify } from 'node:crypto'
import { decodeProtectedHeader, errors, type JWTVerifyGetKey } from 'jose'
import { GatewayError } from './errors.ts'

/** RFC 7518: "A key of size 2048 bits or larger MUST be used". */
const LEAST_BITS = 2048
/** Of each key. A client sends the same token with every request of half an hour. */
const REMEMBERED_TOKENS = 1_000

/**
 * @param token three parts in base64url
 * @throws GatewayError `token_malformed`, `token_untrusted`, or `identity_unavailable` if the keys cannot be read
 */
export async function verifySignature(token: string, getKey: JWTVerifyGetKey): Promise<void> {
  const header = headerOf(token)
  // No other algorithm, and no extension that must be understood (`crit`), is accepted.
  if (header.alg !== 'RS256' || header.crit !== undefined) throw untrusted()
  const [head = '', payload = '', signature = ''] = token.split('.')
  const { key, verified } = await keyOf(getKey, header, { protected: head, payload, signature })
  const digest = hash('sha256', token, 'base64')
  if (verified.has(digest)) return
  const signed = Buffer.from(`${head}.${payload}`)
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) throw untrusted()
  if (verified.size >= REMEMBERED_TOKENS) verified.clear()
  verified.add(digest)
}

/**
 * A key, and the SHA-256 digests of whole tokens (with their signatures) that were verified with it. Both are forgotten when the key set no
 * longer has the key. Only the verification is not repeated: claims and expiry are checked with each request.
 */
interface TrustedKey {
  readonly key: KeyObject
  readonly verified: Set<string>
}

type Header = Parameters<JWTVerifyGetKey>[0]

function headerOf(token: string): Header {
  try {
    return decodeProtectedHeader(token) as Header
  } catch (cause) {
    throw malformed('it is not a signed JSON Web Token', cause)
  }
}

const trusted = new WeakMap<object, TrustedKey>()

async function keyOf(getKey: JWTVerifyGetKey, ...[header, parts]: Parameters<JWTVerifyGetKey>): Promise<TrustedKey> {
  const found = await Promise.resolve(getKey(header, parts)).catch((error: unknown) => {
    throw error instanceof errors.JOSEError ? untrusted(error) : error
  })
  if (!(found instanceof CryptoKey)) throw untrusted()
  const known = trusted.get(found)
  if (known) return known
  const key = KeyObject.from(found)
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (key.type !== 'public' || key.asymmetricKeyType !== 'rsa' || modulusLength < LEAST_BITS) throw untrusted()
  const made = { key, verified: new Set<string>() }
  trusted.set(found, made)
  return made
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
