/**
 * Who calls: verifies a Cognito ID token. Behind an HTTPS listener the load balancer has done the same already; this is
 * the second lock, and the only one on the HTTP demo listener.
 */
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { GROUPS_CLAIM, TENANT_CLAIM, TENANT_ID } from '../../shared/tenant.ts'
import type { Progress } from './audit.ts'
import { type ErrorCode, GatewayError } from './errors.ts'

/** Clocks of AWS agree within a second or two. */
const CLOCK_TOLERANCE_SECONDS = 5
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i

export interface AuthenticateOptions {
  readonly tenantId: string
  readonly issuer: string
  readonly clientId: string
  readonly getKey: JWTVerifyGetKey
  readonly now: () => number
}

export interface Caller {
  /** The user's `sub`: an opaque id, no name and no address. */
  readonly user: string
}

/** Takes the value of the one Authorization header, and notes the checks that were passed. */
export type Authenticate = (authorization: string | null, progress?: Pick<Progress, 'pass'>) => Promise<Caller>

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  return async (authorization, progress) => {
    const payload = await verify(bearerToken(authorization), options)
    requireIdToken(payload, options.clientId)
    progress?.pass('token')
    requireTenant(payload, options.tenantId)
    progress?.pass('tenant')
    return { user: payload.sub }
  }
}

function bearerToken(authorization: string | null): string {
  if (authorization === null || authorization.trim() === '') {
    throw new GatewayError('token_missing', 'Send your ID token in the header "Authorization: Bearer TOKEN".')
  }
  const token = BEARER.exec(authorization)?.[1]
  if (token === undefined) {
    throw malformed('the header must be "Bearer" and one token of three base64url parts')
  }
  return token
}

async function verify(token: string, { issuer, getKey, now }: AuthenticateOptions): Promise<Verified> {
  // Before any signature: a foreign token can then not make us look for its key. The claim is only used to refuse.
  if (claimsOf(token).iss !== issuer) {
    throw new GatewayError(
      'token_wrong_issuer',
      "The token in Authorization was not issued by this gateway's user pool.",
    )
  }
  let payload: JWTPayload
  try {
    ;({ payload } = await jwtVerify(token, getKey, {
      algorithms: ['RS256'],
      issuer,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(now()),
    }))
  } catch (error) {
    throw refusal(error)
  }
  const { sub } = payload
  // It goes into the audit trail as the user, and nothing but a text is one.
  if (typeof sub !== 'string' || sub === '') throw malformed('the claim sub is missing or of the wrong type')
  return { ...payload, sub }
}

/** Claims whose signature was verified, with a user. */
type Verified = JWTPayload & { readonly sub: string }

function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch (cause) {
    throw malformed('its claims are not a JSON object', cause)
  }
}

function refusal(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  const because = (code: ErrorCode, message: string) => new GatewayError(code, message, { cause: error })
  if (error instanceof errors.JWTExpired) {
    return because('token_expired', 'The token in Authorization has expired. Sign in again for a new one.')
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') {
      return because('token_not_yet_valid', 'The token in Authorization is not valid yet (claim nbf).')
    }
    return malformed(`the claim ${error.claim} is missing or of the wrong type`, error)
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return malformed('it is not a signed JSON Web Token', error)
  }
  return because(
    'token_untrusted',
    "The token in Authorization is not signed (RS256) with a key of this gateway's user pool.",
  )
}

function requireIdToken(payload: JWTPayload, clientId: string): void {
  // An access token has no audience: told apart first, so that the caller hears what to change.
  if (payload.token_use !== 'id') {
    throw new GatewayError(
      'token_wrong_use',
      'The token in Authorization is not an ID token (claim token_use must be "id"). Send the ID token, not the access token.',
    )
  }
  if (payload.aud !== clientId) {
    throw new GatewayError(
      'token_wrong_audience',
      'The token in Authorization was issued for another client (claim aud).',
    )
  }
}

function requireTenant(payload: Verified, tenantId: string): void {
  // The signature is verified: who is refused goes into the audit line.
  const who = { user: payload.sub }
  const tenant = payload[TENANT_CLAIM]
  if (typeof tenant !== 'string' || !TENANT_ID.test(tenant)) {
    throw new GatewayError(
      'tenant_claim_missing',
      `The token in Authorization names no tenant (claim ${TENANT_CLAIM}). An administrator must give the user a tenant.`,
      who,
    )
  }
  if (tenant !== tenantId) {
    throw new GatewayError(
      'tenant_mismatch',
      `The token in Authorization belongs to another tenant than ${tenantId}. Use the path of your own tenant.`,
      who,
    )
  }
  const groups = payload[GROUPS_CLAIM]
  if (!Array.isArray(groups) || !groups.includes(tenantId)) {
    throw new GatewayError(
      'tenant_membership_missing',
      `The user is not a member of the group ${tenantId} (claim ${GROUPS_CLAIM}). An administrator must add them; then sign in again.`,
      who,
    )
  }
}

function malformed(why: string, cause?: unknown): GatewayError {
  return new GatewayError('token_malformed', `The token in Authorization cannot be read: ${why}.`, { cause })
}
