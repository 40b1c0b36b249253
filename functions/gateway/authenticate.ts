/**
 * Who calls: verifies a Cognito ID token. Behind an HTTPS listener the load balancer has done the same already; this is
 * the second lock, and the only one on the HTTP demo listener.
 */
import { decodeJwt, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { callerId, GROUPS_CLAIM, TENANT_CLAIM, TENANT_ID } from '../../shared/tenant.ts'
import type { Progress } from './audit.ts'
import { GatewayError } from './errors.ts'
import { malformed, verifySignature } from './signature.ts'

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
  /** The user's `sub`: an opaque id, no name and no address. Of a machine, an id made of its issuer and subject. */
  readonly user: string
  /** Made of issuer and subject. */
  readonly id: string
  /** The name of the machine's issuer. */
  readonly machine?: string
}

/** Takes the value of the one Authorization header, and notes the checks that were passed. */
export type Authenticate = (authorization: string | null, progress?: Pick<Progress, 'pass'>) => Promise<Caller>

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  return async (authorization, progress) => {
    const payload = await verify(bearerToken(authorization), options, "this gateway's user pool")
    requireIdToken(payload, options.clientId)
    progress?.pass('token')
    requireTenant(payload, options.tenantId)
    progress?.pass('tenant')
    return { user: payload.sub, id: callerId(options.issuer, payload.sub) }
  }
}

export function bearerToken(authorization: string | null): string {
  if (authorization === null || authorization.trim() === '') {
    throw new GatewayError('token_missing', 'Send your ID token in the header "Authorization: Bearer TOKEN".')
  }
  const token = BEARER.exec(authorization)?.[1]
  if (token === undefined) {
    throw malformed('the header must be "Bearer" and one token of three base64url parts')
  }
  return token
}

/** @param whose the issuer, for the caller */
export async function verify(
  token: string,
  { issuer, getKey, now }: Pick<AuthenticateOptions, 'issuer' | 'getKey' | 'now'>,
  whose: string,
): Promise<Verified> {
  const claims = claimsOf(token)
  // Before any signature: a foreign token can then not make us look for its key. The claim is only used to refuse.
  if (claims.iss !== issuer) {
    throw new GatewayError('token_wrong_issuer', `The token in Authorization was not issued by ${whose}.`)
  }
  await verifySignature(token, getKey)
  requireInTime(claims, now() / 1000)
  const { sub } = claims
  // It goes into the audit trail as the user, and nothing but a text is one.
  if (typeof sub !== 'string' || sub === '') throw malformed('the claim sub is missing or of the wrong type')
  return { ...claims, sub }
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

function requireInTime({ exp, nbf, iat }: JWTPayload, now: number): void {
  for (const [name, value] of Object.entries({ exp, nbf, iat })) {
    const absent = value === undefined && name !== 'exp'
    if (!absent && typeof value !== 'number') throw malformed(`the claim ${name} is missing or of the wrong type`)
  }
  if (nbf !== undefined && nbf > now + CLOCK_TOLERANCE_SECONDS) {
    throw new GatewayError('token_not_yet_valid', 'The token in Authorization is not valid yet (claim nbf).')
  }
  if (exp !== undefined && exp <= now - CLOCK_TOLERANCE_SECONDS) {
    throw new GatewayError('token_expired', 'The token in Authorization has expired. Sign in again for a new one.')
  }
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
