/** The issuer of the tokens of a tenant's people, if the hub has an external identity provider. */
import type { HubIdentity, HubOutputs } from '../../shared/contract.ts'
import type { PeopleClaim } from '../../shared/tenant.ts'

/** Both checks of a token use these values: the load balancer's rule, and the gateway. */
export interface People extends Pick<HubIdentity, 'issuer' | 'jwksUri' | 'audience'> {
  readonly claim: PeopleClaim
}

/** @returns undefined if people sign in with the hub's user pool */
export function peopleOf(
  { identity }: Pick<HubOutputs, 'identity'>,
  tenantId: string,
  tenantClaimValue = tenantId,
): People | undefined {
  if (!identity) return undefined
  const { issuer, jwksUri, audience, tenantClaim, claimFormat, groupsClaim } = identity
  return {
    issuer,
    jwksUri,
    audience,
    claim: {
      claim: tenantClaim,
      format: claimFormat,
      value: tenantClaimValue,
      ...(groupsClaim && { groupsClaim }),
    },
  }
}
