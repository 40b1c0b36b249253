/**
 * Signature Version 4 in the `Authorization` header, as SDK clients send it. The payload's hash is computed from the body, whatever a header
 * says.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { WireRequest } from './service.ts'

/** The part of an issued credential that is needed to verify a signature. */
export interface Credential {
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Seconds since 1970. */
  readonly expires: number
}

export interface Verification<C extends Credential> {
  /** The service name in the credential scope: `sts`, `dynamodb`, `bedrock` and so on. */
  readonly service: string
  /** Seconds since 1970. */
  readonly now: number
  readonly find: (accessKeyId: string) => C | undefined
}

/** Each service has its own error codes for these. */
export type SignatureFailure = 'missing' | 'incomplete' | 'unknownKey' | 'expiredToken' | 'mismatch' | 'clock'

export class SignatureError extends Error {
  override readonly name = 'SignatureError'
  readonly failure: SignatureFailure

  constructor(failure: SignatureFailure, message: string) {
    super(message)
    this.failure = failure
  }
}

export const ALGORITHM = 'AWS4-HMAC-SHA256'
/** What SDK clients sign over HTTP/2 in place of `host`. */
const AUTHORITY = ':authority'
export const MAX_SKEW_SECONDS = 5 * 60

/** Returns the credential whose holder signed the request; throws {@link SignatureError}. */
export function verifySignature<C extends Credential>(request: WireRequest, verification: Verification<C>): C {
  const { now, find } = verification
  const authorization = parseAuthorization(request)
  const signedAt = parseTime(request.headers['x-amz-date'])
  checkScope(authorization, request, verification.service, signedAt.stamp)
  checkClock(signedAt, now)
  const credential = find(authorization.accessKeyId)
  if (!credential || !equal(request.headers['x-amz-security-token'] ?? '', credential.sessionToken))
    throw new SignatureError('unknownKey', 'The security token included in the request is invalid.')
  checkSignedHeaders(authorization, request)
  const signature = signatureOf(
    credential.secretAccessKey,
    signedAt.stamp,
    authorization,
    canonicalRequest(request, authorization),
  )
  if (!equal(signature, authorization.signature)) throw new SignatureError('mismatch', MISMATCH)
  // Checked last, so that only the holder learns that an expired token was once valid.
  if (credential.expires <= now)
    throw new SignatureError('expiredToken', 'The security token included in the request is expired')
  return credential
}

export const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

export interface Authorization {
  readonly accessKeyId: string
  /** `DATE/REGION/SERVICE/aws4_request` */
  readonly scope: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

function parseAuthorization({ headers, target }: WireRequest): Authorization {
  const header = headers.authorization
  if (header === undefined || !header.startsWith('AWS4-')) {
    if (/[?&]X-Amz-Signature=/i.test(target))
      throw new SignatureError(
        'incomplete',
        'The local cloud takes presigned requests as Bedrock API keys only: sign in the header.',
      )
    throw new SignatureError(
      'missing',
      header === undefined
        ? 'Missing Authentication Token'
        : 'Missing Authentication Token in the Authorization header.',
    )
  }
  const [algorithm = '', rest = ''] = splitOnce(header, ' ')
  if (algorithm !== ALGORITHM)
    throw new SignatureError('incomplete', `Unsupported AWS 'algorithm': '${algorithm}' (only ${ALGORITHM} for now).`)
  const parts = new Map(rest.split(',').map((part) => splitOnce(part.trim(), '=')))
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((part) => {
    const value = parts.get(part)
    if (!value) throw new SignatureError('incomplete', `Authorization header requires '${part}' parameter.`)
    return value
  }) as [string, string, string]
  const [accessKeyId = '', scope = ''] = splitOnce(credential, '/')
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(';'), signature }
}

export function parseTime(stamp: string | undefined): { readonly stamp: string; readonly seconds: number } {
  if (stamp === undefined)
    throw new SignatureError(
      'incomplete',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const seconds = iso === stamp ? Number.NaN : Date.parse(iso) / 1000
  if (Number.isNaN(seconds))
    throw new SignatureError('incomplete', `Date must be in ISO-8601 'basic format'. Got '${stamp}'.`)
  return { stamp, seconds }
}

export function checkScope(
  { scope }: Authorization,
  { region }: Pick<WireRequest, 'region'>,
  service: string,
  stamp: string,
): void {
  const parts = scope.split('/')
  if (parts.length !== 4)
    throw new SignatureError(
      'incomplete',
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${scope}'`,
    )
  const problems = [
    parts[1] === region ? '' : `Credential should be scoped to a valid region, not '${parts[1]}'.`,
    parts[2] === service ? '' : `Credential should be scoped to correct service: '${service}'.`,
    parts[3] === 'aws4_request'
      ? ''
      : `Credential should be scoped with a valid terminator: 'aws4_request', not '${parts[3]}'.`,
    parts[0] === stamp.slice(0, 8)
      ? ''
      : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${parts[0]}' != '${stamp.slice(0, 8)}', from '${stamp}'.`,
  ].filter(Boolean)
  if (problems.length > 0) throw new SignatureError('mismatch', problems.join(' '))
}

function checkClock({ stamp, seconds }: { readonly stamp: string; readonly seconds: number }, now: number): void {
  const [earliest, latest] = [now - MAX_SKEW_SECONDS, now + MAX_SKEW_SECONDS]
  if (seconds < earliest)
    throw new SignatureError(
      'clock',
      `Signature expired: ${stamp} is now earlier than ${basic(earliest)} (${basic(now)} - 5 min.)`,
    )
  if (seconds > latest)
    throw new SignatureError(
      'clock',
      `Signature not yet current: ${stamp} is still later than ${basic(latest)} (${basic(now)} + 5 min.)`,
    )
}

/** The parts that decide where a request goes and what it does must be signed, so that nobody can change them on the way. */
function checkSignedHeaders({ signedHeaders }: Authorization, { headers }: WireRequest): void {
  const signed = new Set(signedHeaders)
  if (!signed.has('host') && !signed.has(AUTHORITY))
    throw new SignatureError('mismatch', "'Host' must be a 'SignedHeader' in the AWS Authorization.")
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signed.has(name))
  if (unsigned.length > 0)
    throw new SignatureError(
      'mismatch',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    )
}

export function canonicalRequest(
  { method, target, headers, body }: Pick<WireRequest, 'method' | 'target' | 'headers' | 'body'>,
  { signedHeaders }: Authorization,
): string {
  const [path = '/', query = ''] = splitOnce(target, '?')
  const signedValue = (name: string) => headers[name === AUTHORITY ? 'host' : name] ?? ''
  const lines = signedHeaders.map((name) => `${name}:${signedValue(name).trim().replace(/ +/g, ' ')}\n`)
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    lines.join(''),
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n')
}

/** The path is encoded once more than it was sent, as for every service except S3. */
function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(segment))
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .map((pair) => splitOnce(pair, '=').map((part) => encode(decode(part))))
    .sort(([a = '', x = ''], [b = '', y = '']) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join('&')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new SignatureError('mismatch', MISMATCH)
  }
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export function signatureOf(
  secretAccessKey: string,
  stamp: string,
  { scope }: Authorization,
  canonical: string,
): string {
  const stringToSign = [ALGORITHM, stamp, scope, sha256(canonical)].join('\n')
  return hmac(signingKey(secretAccessKey, scope), stringToSign).toString('hex')
}

const signingKey = (secretAccessKey: string, scope: string) =>
  scope.split('/').reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secretAccessKey}`)

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

export const equal = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)))

const basic = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, '')

export function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}
