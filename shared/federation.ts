/** People who sign in at another provider through the hub's user pool: which tenant they belong to, and how a token shows it. */
import type { HubOutputs } from './contract.ts'
import { GROUPS_CLAIM, type MachineIssuer } from './tenant.ts'

/**
 * A name that is valid in a path and in Cognito: three characters or more, and no underscore, because in a group's name it separates the pool's
 * id from the provider's.
 */
export const FEDERATED_NAME = /^[a-z][a-z0-9-]{2,30}$/

/** An entry of the hub's setting `federatedProviders`. */
export type FederatedProvider =
  | {
      readonly type: 'oidc'
      readonly tenant: string
      readonly issuer: string
      readonly clientId: string
      /** Words separated by spaces, `openid` among them. */
      readonly scopes: string
    }
  | { readonly type: 'saml'; readonly tenant: string; readonly metadataUrl: string }

/** The group that Cognito makes for a provider. Cognito alone puts the provider's people into it. */
export const federatedGroup = (userPoolId: string, name: string): string => `${userPoolId}_${name}`

/**
 * A tenant's federated people, in the form of token issuers: on `/TENANT.NAME/…` the gateway accepts ID tokens of the user pool with the
 * provider's group. No attribute names the tenant, so no provider can choose one.
 */
export function federatedIssuers(
  {
    federatedProviders = {},
    userPoolId,
    issuer,
    userPoolClientId,
  }: Pick<HubOutputs, 'federatedProviders' | 'userPoolId' | 'issuer' | 'userPoolClientId'>,
  tenantId: string,
): Readonly<Record<string, MachineIssuer>> {
  const own = Object.entries(federatedProviders).filter(([, tenant]) => tenant === tenantId)
  return Object.fromEntries(
    own.map(([name]) => [
      name,
      {
        issuer,
        audience: userPoolClientId,
        jwksUri: `${issuer}/.well-known/jwks.json`,
        claims: { token_use: 'id', [GROUPS_CLAIM]: federatedGroup(userPoolId, name) },
      },
    ]),
  )
}
