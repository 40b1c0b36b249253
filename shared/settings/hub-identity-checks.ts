/** Checks between the hub's settings about signing in. */
import { secretCommand } from './commands.ts'
import type { HubValues, Refuse } from './hub-table.ts'

/** A pool with a domain cannot be reached through an interface endpoint (AWS). */
export function checkUserPoolDomain({ userPoolDomain, keySetVia }: HubValues, refuse: Refuse): void {
  if (userPoolDomain === undefined || keySetVia !== 'endpoint') return
  refuse(
    'userPoolDomain',
    "it is set, and keySetVia is endpoint: through Cognito's endpoint a pool with a domain cannot be reached, and every request would be refused. Set keySetVia to table.",
    { choice: 'userPoolDomain' },
  )
}

/** Federation needs pages to sign in on, keys from the table (as for machines), and a secret for each OpenID client. */
export function checkFederation(values: HubValues, stack: string, refuse: Refuse): void {
  const { federatedProviders, federatedSecrets, userPoolDomain, keySetVia, identity } = values
  const names = Object.keys(federatedProviders)
  const choice = { choice: 'federatedProviders' }
  const stray = Object.keys(federatedSecrets).find((name) => federatedProviders[name]?.type !== 'oidc')
  if (stray !== undefined)
    refuse(
      'federatedSecrets',
      `it has a secret of "${stray}", which is no provider of type oidc in federatedProviders.`,
    )
  if (names.length === 0) return
  if (userPoolDomain === undefined)
    refuse(
      'federatedProviders',
      'it is set, and userPoolDomain is not: people sign in on the pages of that domain.',
      choice,
    )
  if (keySetVia !== 'table')
    refuse('federatedProviders', `it is set, and keySetVia is ${keySetVia}. Set keySetVia to table.`, choice)
  if (identity !== undefined)
    refuse('federatedProviders', 'it is set, and identity as well, with which nobody signs in at the user pool.', {
      choice: 'federatedProviders or identity',
    })
  for (const name of names)
    if (federatedProviders[name]?.type === 'oidc' && federatedSecrets[name] === undefined)
      refuse('federatedSecrets', `there is no secret of "${name}": ${secretCommand(stack, `federatedSecrets.${name}`)}`)
}

/** Cognito's endpoint has the keys of no other issuer, and gateways have no other way out. */
export function checkIdentity({ identity, keySetVia }: HubValues, refuse: Refuse): void {
  if (identity === undefined || keySetVia === 'table') return
  refuse(
    'identity',
    `it is set, and keySetVia is ${keySetVia}: keys of an external provider are read from the table only. Set keySetVia to table.`,
    {
      choice: 'identity',
    },
  )
}
