/** Signature Version 4 in the query string. Everybody who has the URL can use it for the time that it states. */
import {
  ALGORITHM,
  type Authorization,
  type Credential,
  canonicalRequest,
  checkScope,
  equal,
  MAX_SKEW_SECONDS,
  MISMATCH,
  parseTime,
  SignatureError,
  signatureOf,
  splitOnce,
  type Verification,
} from './sigv4.ts'

export interface PresignedRequest {
  readonly method: string
  readonly host: string
  /** The path and query string, including the signature. */
  readonly target: string
  readonly region: string
}

/** The longest time for which a signature may be valid. It is never valid longer than its credential. */
const MAX_EXPIRES_SECONDS = 12 * 60 * 60

/**
 * Returns the credential whose holder signed the request; throws {@link SignatureError}. Only the header `host` is signed, and the body is
 * empty, as in URLs that are made to be passed on.
 */
export function verifyPresigned<C extends Credential>(
  { method, host, target, region }: PresignedRequest,
  { service, now, find }: Verification<C>,
): C {
  const [path = '/', query = ''] = splitOnce(target, '?')
  const parameters = new URLSearchParams(query)
  const read = (name: string): string => {
    const [value, ...more] = parameters.getAll(`X-Amz-${name}`)
    if (!value || more.length > 0) throw new SignatureError('incomplete', `The query string needs one X-Amz-${name}.`)
    return value
  }
  if (read('Algorithm') !== ALGORITHM) throw new SignatureError('incomplete', `X-Amz-Algorithm must be ${ALGORITHM}.`)
  const [accessKeyId = '', scope = ''] = splitOnce(read('Credential'), '/')
  const authorization: Authorization = { accessKeyId, scope, signedHeaders: ['host'], signature: read('Signature') }
  if (read('SignedHeaders') !== 'host') throw new SignatureError('mismatch', MISMATCH)
  const signedAt = parseTime(read('Date'))
  checkScope(authorization, { region }, service, signedAt.stamp)
  const credential = find(accessKeyId)
  if (!credential || !equal(read('Security-Token'), credential.sessionToken))
    throw new SignatureError('unknownKey', 'The security token included in the request is invalid.')
  const unsigned = query.split('&').filter((pair) => !pair.startsWith('X-Amz-Signature='))
  const canonical = canonicalRequest(
    { method, target: `${path}?${unsigned.join('&')}`, headers: { host }, body: new Uint8Array() },
    authorization,
  )
  const signature = signatureOf(credential.secretAccessKey, signedAt.stamp, authorization, canonical)
  if (!equal(signature, authorization.signature)) throw new SignatureError('mismatch', MISMATCH)
  const expires = Number(read('Expires'))
  if (!/^[1-9]\d*$/.test(read('Expires')) || expires > MAX_EXPIRES_SECONDS)
    throw new SignatureError('incomplete', `X-Amz-Expires must be 1 to ${MAX_EXPIRES_SECONDS}.`)
  if (signedAt.seconds > now + MAX_SKEW_SECONDS) throw new SignatureError('clock', 'Signature not yet current.')
  if (signedAt.seconds + expires <= now) throw new SignatureError('clock', 'Signature expired.')
  if (credential.expires <= now)
    throw new SignatureError('expiredToken', 'The security token included in the request is expired')
  return credential
}
