/** The user pool's public keys, copied during the deployment for functions that cannot fetch them. */
import { isMap } from '../shared/is-map.ts'

/** A deployment that stalls is worse than one that fails. */
const TIMEOUT_MILLISECONDS = 10_000

/** Cognito has two keys, and a function's environment may have 4 KB in all. */
const LARGEST = 3_000

/**
 * @param issuer `https://cognito-idp.REGION.amazonaws.com/POOL_ID`
 * @returns the key set as JSON, with only the public RSA keys
 * @throws Error if it cannot be fetched, or is not a key set
 */
export async function fetchKeySet(issuer: string): Promise<string> {
  const url = `${issuer}/.well-known/jwks.json`
  const body = await get(url)
  const keys = isMap(body) && Array.isArray(body.keys) ? body.keys.map((key) => publicKey(key, url)) : []
  if (keys.length === 0)
    throw new Error(`${url} answered no key set. Expected: {"keys":[…]} with at least one RSA key.`)
  const text = JSON.stringify({ keys })
  if (text.length > LARGEST) {
    throw new Error(
      `The key set of ${issuer} has ${text.length} characters. Allowed: ${LARGEST}, as a function's environment holds 4 KB. ` +
        'Set keySetVia to table, endpoint or nat.',
    )
  }
  return text
}

async function get(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    return await response.json()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `The key set cannot be fetched from ${url}: ${reason}. With keySetVia inline, the machine that deploys must reach it. ` +
        'Otherwise set keySetVia to table, endpoint or nat.',
      { cause },
    )
  }
}

function publicKey(key: unknown, url: string): Readonly<Record<string, string>> {
  const { kty, kid, n, e, alg, use } = isMap(key) ? key : {}
  if (kty !== 'RSA' || typeof kid !== 'string' || typeof n !== 'string' || typeof e !== 'string') {
    throw new Error(`${url} answered a key that is not a public RSA key with an id.`)
  }
  return {
    kty,
    kid,
    n,
    e,
    ...(typeof alg === 'string' && { alg }),
    ...(typeof use === 'string' && { use }),
  }
}
