/**
 * Identifies the machine that calls on `/TENANT.NAME/…`. Its token must come from the issuer that the tenant's configuration has under that
 * name, and have all of the configured claims. On an HTTPS listener the load balancer has checked the same, so this is the second check.
 */
import { isMap } from '../../shared/is-map.ts'
import {
  callerId,
  GROUPS_CLAIM,
  LISTS,
  type MachineIssuer,
  SPACE_SEPARATED,
  TENANT_CLAIM,
} from '../../shared/tenant.ts'
import type { TenantConfiguration } from '../../shared/tenant-configuration.ts'
import type { Progress } from './audit.ts'
import { bearerToken, type Caller, verify } from './authenticate.ts'
import { GatewayError } from './errors.ts'
import type { StoredKeySets } from './stored-key-set.ts'

export interface AuthenticateMachineOptions {
  readonly tenantId: string
  /** Absent on a hub without a table of key sets, where there are no machines. */
  readonly keySets: StoredKeySets | undefined
  readonly now: () => number
}

export type AuthenticateMachine = (
  authorization: string | null,
  machine: { readonly name: string; readonly of: Partial<Pick<TenantConfiguration, 'machineIssuers'>> },
  progress?: Pick<Progress, 'pass'>,
) => Promise<Caller>

export function createAuthenticateMachine({ tenantId, keySets, now }: AuthenticateMachineOptions): AuthenticateMachine {
  const keys = new Map<string, ReturnType<StoredKeySets>>()
  return async (authorization, { name, of: { machineIssuers = {} } }, progress) => {
    const trusted = Object.hasOwn(machineIssuers, name) ? machineIssuers[name] : undefined
    if (!trusted || !keySets) {
      throw new GatewayError(
        'tenant_unknown',
        `The tenant ${tenantId} has no machine ${name} here. Check the first part of the path.`,
      )
    }
    const keySet = keys.get(trusted.issuer) ?? keySets(trusted.issuer)
    keys.set(trusted.issuer, keySet)
    const { getKey } = keySet
    const trust = { issuer: trusted.issuer, getKey, now }
    const whose = `the issuer of ${name}`
    const payload = await verify(bearerToken(authorization), trust, whose)
    if (trusted.audience !== undefined && payload.aud !== trusted.audience) {
      throw new GatewayError(
        'token_wrong_audience',
        `The token in Authorization was issued for another audience than ${name}'s (claim aud).`,
      )
    }
    progress?.pass('token')
    const id = callerId(trusted.issuer, payload.sub)
    const caller = { id, user: id, machine: name }
    requireClaims(payload, trusted, name, caller)
    refuseOwnTenant(payload, trusted, caller)
    progress?.pass('tenant')
    return caller
  }
}

/**
 * A provider's group applies only to people without a tenant of their own. A user of the pool who has a tenant calls on that tenant's path, even
 * if an administrator has put the user into this group.
 */
function refuseOwnTenant(payload: object, { claims }: MachineIssuer, caller: Caller): void {
  if (claims[GROUPS_CLAIM] === undefined || !Object.hasOwn(payload, TENANT_CLAIM)) return
  throw new GatewayError(
    'tenant_mismatch',
    `The token in Authorization is of a user with a tenant of their own (claim ${TENANT_CLAIM}). Use the path of that tenant.`,
    caller,
  )
}

function requireClaims(payload: object, { claims }: MachineIssuer, name: string, caller: Caller): void {
  for (const [claim, expected] of Object.entries(claims)) {
    if (isEqual(isMap(payload) && Object.hasOwn(payload, claim) ? payload[claim] : undefined, claim, expected)) continue
    // A token for another use is recognised, so that the error can say what to change.
    const code = claim === 'token_use' ? 'token_wrong_use' : 'machine_mismatch'
    throw new GatewayError(
      code,
      `The token in Authorization is not one of the machine ${name} (claim ${claim}). The tenant's machineIssuers say which is.`,
      caller,
    )
  }
}

function isEqual(value: unknown, claim: string, expected: string): boolean {
  if (LISTS.includes(claim)) return Array.isArray(value) && value.includes(expected)
  return (
    typeof value === 'string' &&
    (SPACE_SEPARATED.includes(claim) ? value.split(' ').includes(expected) : value === expected)
  )
}
