/** The `jwt-validation` action: signature, issuer, times and the declared claims of a bearer token. */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { ClientRequest } from '../client-request.ts'
import type { Action, ClaimCheck } from '../declared/actions.ts'
import type { KeySets } from './key-sets.ts'

export type Validation = Extract<Action, { kind: 'jwt-validation' }>

/** `reason` appears only in the access log. The names are AWS's, as far as they are known. */
export type Verdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly kind: 'refused' | 'unavailable'; readonly reason: string }

const refused = (reason: string): Verdict => ({ valid: false, kind: 'refused', reason })

export interface ValidationOptions {
  readonly keySets: KeySets
  /** Seconds since 1970. */
  readonly now: () => number
  readonly loadBalancerArn: string
  /** Whether the list in a token must be exactly the `string-array` of the rule, without other values. */
  readonly listsMatchWhole: boolean
}

export async function validateToken(
  request: ClientRequest,
  { issuer, keySetUrl, claims }: Validation,
  { keySets, now, loadBalancerArn, listsMatchWhole }: ValidationOptions,
): Promise<Verdict> {
  const sent = request.headers.filter(([name]) => name === 'authorization')
  const [header] = sent
  if (!header) return refused('JWTHeaderNotPresent')
  const token = /^Bearer +([^\s,]+)$/i.exec(header[1])?.[1]
  if (token === undefined || sent.length > 1) return refused('JWTRequestFormatInvalid')
  const kid = keyIdOf(token)
  if (kid === undefined) return refused('JWTRequestFormatInvalid')
  const found = await keySets.find(loadBalancerArn, keySetUrl, kid)
  if (found.kind === 'failed') return { valid: false, kind: 'unavailable', reason: found.reason }
  if (found.kind === 'unknown') return refused('JWTSignatureValidationFailed')
  const seconds = now()
  try {
    const { payload } = await jwtVerify(token, found.key, {
      algorithms: ['RS256'],
      issuer,
      requiredClaims: ['iss', 'exp'],
      currentDate: new Date(seconds * 1000),
    })
    if (payload.iat !== undefined && payload.iat > seconds) return refused('JWTClaimValueInvalid')
    return checkClaims(payload, claims, listsMatchWhole)
  } catch (error) {
    return refused(reasonOf(error))
  }
}

/** @returns undefined for a text that is no token signed with RS256 */
function keyIdOf(token: string): string | undefined {
  try {
    const { alg, kid } = decodeProtectedHeader(token)
    return alg === 'RS256' && typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined
  }
}

/**
 * Checks the declared claims. A text must be equal to the single declared value. A list must contain all declared values: AWS does not document
 * whether one of them would be enough, and a stand-in must not allow more than AWS.
 */
function checkClaims(payload: JWTPayload, claims: readonly ClaimCheck[], listsMatchWhole: boolean): Verdict {
  for (const { name, format, values } of claims) {
    const claim = payload[name]
    if (claim === undefined) return refused('JWTClaimNotPresent')
    const got = listed(claim, format)
    if (got === undefined) return refused('JWTClaimFormatInvalid')
    if (!values.every((value) => got.includes(value))) return refused('JWTClaimValueInvalid')
    if (listsMatchWhole && format === 'string-array' && got.length !== values.length)
      return refused('JWTClaimValueInvalid')
  }
  return { valid: true }
}

function listed(claim: unknown, format: ClaimCheck['format']): readonly string[] | undefined {
  if (format === 'string-array')
    return Array.isArray(claim) && claim.every((item) => typeof item === 'string') ? claim : undefined
  if (typeof claim !== 'string') return undefined
  return format === 'single-string' ? [claim] : claim.split(' ')
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'JWTClaimValueInvalid'
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.reason === 'missing' ? 'JWTClaimNotPresent' : 'JWTClaimValueInvalid'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'JWTSignatureValidationFailed'
  if (error instanceof errors.JOSEError) return 'JWTRequestFormatInvalid'
  throw error
}
