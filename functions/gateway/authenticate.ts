/**
 * Identifies the caller: verifies a Cognito ID token, or a token of the hub's external provider. On an HTTPS listener the load balancer has done
 * the same, so this is the second check; on the HTTP demo listener it is the only one.
 */
import { decodeJwt, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { isMap } from '../../shared/is-map.ts'
import {
  type ClaimFormat,
  callerId,
  GROUPS_CLAIM,
  type PeopleClaim,
  TENANT_CLAIM,
  TENANT_ID,
} from '../../shared/tenant.ts'
import type { Progress } from './audit.ts'
import { GatewayError } from './errors.ts'
import { malformed, verifySignature } from './signature.ts'

/** AWS's clocks differ by a second or two at most. */
const CLOCK_TOLERANCE_SECONDS = 5
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i

export interface AuthenticateOptions {
  readonly tenantId: string
  readonly issuer: string
  /** The claim `aud` of its tokens. */
  readonly clientId: string
  /**
   * How tokens of an external provider name the tenant.
   * @default the tokens are Cognito's ID tokens
   */
  readonly people?: PeopleClaim
  readonly getKey: JWTVerifyGetKey
  readonly now: () => number
}

export interface Caller {
  /** The user's `sub` in Cognito, an opaque id without name or address. For all others an id that is computed from issuer and subject. */
  readonly user: string
  /** Computed from issuer and subject. */
  readonly id: string
  /** The name of the machine's issuer. */
  readonly machine?: string
}

/** Gets the value of the one Authorization header, and notes the checks that were passed. */
export type Authenticate = (authorization: string | null, progress?: Pick<Progress, 'pass'>) => Promise<Caller>

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { people, tenantId, clientId, issuer } = options
  const whose = people ? "this gateway's identity provider" : "this gateway's user pool"
  return async (authorization, progress) => {
    const payload = await verify(bearerToken(authorization), options, whose)
    const id = callerId(issuer, payload.sub)
    if (people) {
      requireAudience(payload, clientId)
      progress?.pass('token')
      // A provider's subject may be a name or an address, which must not be in a log.
      requireClaim(payload, people, tenantId, { user: id })
      progress?.pass('tenant')
      return { user: id, id }
    }
    requireIdToken(payload, clientId)
    progress?.pass('token')
    requireTenant(payload, tenantId)
    progress?.pass('tenant')
    return { user: payload.sub, id }
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

/** @param whose the issuer, for the error message */
export async function verify(
  token: string,
  { issuer, getKey, now }: Pick<AuthenticateOptions, 'issuer' | 'getKey' | 'now'>,
  whose: string,
): Promise<Verified> {
  const claims = claimsOf(token)
  // Checked before the signature, so that a foreign token cannot make the gateway look up its key. The claim is used only to refuse.
  if (claims.iss !== issuer) {
    throw new GatewayError(
      'token_wrong_issuer',
      `The token in Authorization was not issued by ${whose}.${hint(claims.iss, issuer)}`,
    )
  }
  await verifySignature(token, getKey)
  requireInTime(claims, now() / 1000)
  const { sub } = claims
  // It is the user in the audit trail, so it must be a text.
  if (typeof sub !== 'string' || sub === '') throw malformed('the claim sub is missing or of the wrong type')
  return { ...claims, sub }
}

/** Entra ID issues tokens of its first version until an application asks for the second, and these have another issuer. */
const hint = (given: unknown, expected: string) =>
  expected.startsWith('https://login.microsoftonline.com/') &&
  typeof given === 'string' &&
  given.startsWith('https://sts.windows.net/')
    ? ' It is of version 1: set requestedAccessTokenVersion of the application to 2 in Entra ID.'
    : ''

/** Claims with a verified signature and a user. */
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

/** One audience only: a token for several could be misused by any of these applications. */
function requireAudience({ aud }: JWTPayload, audience: string): void {
  if (aud === audience) return
  throw new GatewayError(
    'token_wrong_audience',
    Array.isArray(aud)
      ? 'The token in Authorization was issued for a list of audiences (claim aud). Have the provider issue it for this gateway alone.'
      : 'The token in Authorization was issued for another application (claim aud).',
  )
}

function requireClaim(
  payload: Verified,
  { claim, format, value, groupsClaim }: PeopleClaim,
  tenantId: string,
  who: { readonly user: string },
): void {
  const values = valuesOf(payload, claim, format)
  if (!values || values.length === 0) {
    throw new GatewayError(
      'tenant_claim_missing',
      `The token in Authorization names no tenant (claim ${claim}). ${remedyOf(payload, claim)}`,
      who,
    )
  }
  if (!values.includes(value)) {
    throw new GatewayError(
      'tenant_mismatch',
      `The token in Authorization belongs to another tenant than ${tenantId} (claim ${claim}). Use the path of your own tenant.`,
      who,
    )
  }
  if (groupsClaim === undefined || valuesOf(payload, groupsClaim, 'list')?.includes(value)) return
  throw new GatewayError(
    'tenant_membership_missing',
    `The user is not a member of the group of ${tenantId} (claim ${groupsClaim}). ${remedyOf(payload, groupsClaim)}`,
    who,
  )
}

/** @returns undefined for a claim that is missing, or not in this format */
function valuesOf(payload: Verified, claim: string, format: ClaimFormat): readonly string[] | undefined {
  const given = Object.hasOwn(payload, claim) ? payload[claim] : undefined
  if (format === 'list')
    return Array.isArray(given) && given.every((one) => typeof one === 'string') ? given : undefined
  if (typeof given !== 'string') return undefined
  return format === 'text' ? [given] : given.split(' ').filter((one) => one !== '')
}

/** Entra ID leaves the groups of a person with too many groups out, and says so in `_claim_names`. */
function remedyOf({ _claim_names: left }: Verified, claim: string): string {
  return isMap(left) && Object.hasOwn(left, claim)
    ? 'The provider left it out, as the user is in too many groups: have it emit the groups assigned to the application only, or use an app role.'
    : 'An administrator of the identity provider must add it.'
}

function requireIdToken(payload: JWTPayload, clientId: string): void {
  // An access token has no audience. It is recognised first, so that the error can say what to change.
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
  // The signature is verified, so the audit line can name the person who is refused.
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
