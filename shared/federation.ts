/** People whom the hub's user pool has sign in at another provider: which tenant they are of, and what says so in a token. */
import type { HubOutputs } from './contract.ts'
import { GROUPS_CLAIM, type MachineIssuer } from './tenant.ts'

/** As a name in a path, and as Cognito takes one: three characters or more, and no underscore, which ends it in a group's name. */
export const FEDERATED_NAME = /^[a-z][a-z0-9-]{2,30}$/

/** An entry of the hub's setting `federatedProviders`. */
export type FederatedProvider =
  | {
      readonly type: 'oidc'
      readonly tenant: string
      readonly issuer: string
      readonly clientId: string
      /** Words with spaces between them, `openid` among them. */
      readonly scopes: string
    }
  | { readonly type: 'saml'; readonly tenant: string; readonly metadataUrl: string }

/** The group that Cognito makes for a provider, and puts each of its people into: nobody else chooses it. */
export const federatedGroup = (userPoolId: string, name: string): string => `${userPoolId}_${name}`

/**
 * A tenant's federated people, as whose tokens its gateway takes on `/TENANT.NAME/…`: ID tokens of the user pool with the group of the
 * provider. No attribute names the tenant, so that no provider can choose one.
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
