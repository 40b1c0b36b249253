/** Takes the public RSA keys for RS256 from a key set, and nothing else. */
import { createPublicKey } from 'node:crypto'
import { isMap } from './is-map.ts'

/** The load balancer's limit too. */
export const MOST_KEYS = 10
/** The limit for a key set, which is the load balancer's too. */
export const MOST_KEY_SET_BYTES = 150 * 1024
const LEAST_BITS = 2048

interface Rs256Key {
  readonly kty: 'RSA'
  readonly kid: string
  readonly n: string
  readonly e: string
  readonly alg: 'RS256'
  readonly use: 'sig'
}

/**
 * @param body the answer
 * @returns the set as JSON
 * @throws Error if the body is not a key set, or has no usable key: it must not replace a good set
 */
export function readKeySet(body: string): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    throw new Error('it answered something that is no JSON')
  }
  const given = isMap(parsed) ? parsed.keys : undefined
  if (!Array.isArray(given)) throw new Error('it answered no key set: {"keys":[…]}')
  if (given.length > MOST_KEYS)
    throw new Error(`it answered ${given.length} keys, and the load balancer takes ${MOST_KEYS} at most`)
  const keys = given.flatMap(usable)
  if (keys.length === 0) throw new Error(`it answered no RSA key of ${LEAST_BITS} bits or more for RS256`)
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('it answered two keys of one id')
  return JSON.stringify({ keys })
}

/** Many issuers have keys for other algorithms beside those for RS256. A key that does not name its algorithm may be for RS256. */
function usable(key: unknown): readonly Rs256Key[] {
  const { kty, kid, n, e, alg = 'RS256', use = 'sig' } = isMap(key) ? key : {}
  if (kty !== 'RSA' || alg !== 'RS256' || use !== 'sig') return []
  if (typeof kid !== 'string' || !/^[\x21-\x7e]{1,256}$/.test(kid)) return []
  if (typeof n !== 'string' || typeof e !== 'string' || bitsOf(n, e) < LEAST_BITS) return []
  return [{ kty, kid, n, e, alg, use }]
}

function bitsOf(n: string, e: string): number {
  try {
    return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? 0
  } catch {
    return 0
  }
}
