/**
 * Access that stays possible for a while after it was revoked, because AWS cannot revoke it sooner. Each case is tried again for every
 * report, which says until when it works.
 */
import { ITEMS_USED_FOR_MILLISECONDS } from '../../shared/tenant.ts'
import { ended, type Outcome } from './outcome.ts'
import type { Testbed } from './testbed/testbed.ts'
import { lifeOf } from './testbed/user-pool.ts'

export interface RevocationDelay {
  readonly what: string
  /** How the attempt ended in this run. */
  readonly outcome: Outcome
  readonly until: string
  readonly instead: string
}

const invoke = (token: string) =>
  ({
    target: '/tenant1/invoke',
    headers: [
      ['authorization', `Bearer ${token}`],
      ['content-type', 'application/json'],
    ],
    body: JSON.stringify({ prompt: 'Am I still here?' }),
  }) as const

/** For tenants at the shared model endpoint, where the network does not separate the gateways. */
export async function findSharedRemains(testbed: Testbed): Promise<readonly RevocationDelay[]> {
  const { shared1, shared2 } = testbed
  const credentials = testbed.steal(shared2.roleArn, { tags: { tenant_id: shared2.id } })
  const step = await testbed.converse(testbed.gatewayOf(shared1), credentials, shared2.endpoint, shared2.modelId)
  return [
    {
      what: 'Credentials of a tenant at the shared model endpoint, stolen and used there by the gateway of another such tenant',
      outcome: ended(step, 'an answer on the other tenant’s bill'),
      until: 'they expire, an hour at most after they were issued',
      instead:
        'no layer is left for this: what stands before it keeps a gateway from getting them (`shared/function-becomes-other-role`); a tenant with `modelEndpoint: own` has the network besides',
    },
  ]
}

export async function findRevocationDelays(testbed: Testbed): Promise<readonly RevocationDelay[]> {
  const { disabled, signedOut } = testbed.people
  const minutes = (token: string) => `${lifeOf(token) / 60} minutes after it was issued`
  return [
    {
      what: 'The ID token of a user who has been disabled or deleted since',
      outcome: await testbed.request(invoke(disabled.session.idToken), 'served'),
      until: `it expires, ${minutes(disabled.session.idToken)}`,
      instead:
        'it cannot be renewed (`users/refresh-after-disabled`); suspending the tenant stops all of its users sooner',
    },
    {
      what: 'The ID token of a user who has signed out everywhere',
      outcome: await testbed.request(invoke(signedOut.session.idToken), 'served'),
      until: `it expires, ${minutes(signedOut.session.idToken)}`,
      instead: 'it cannot be renewed (`users/refresh-after-sign-out`)',
    },
    {
      what: 'A request of a tenant that was suspended a moment ago',
      outcome: await justSuspended(testbed),
      until: `the function reads its items again, within ${ITEMS_USED_FOR_MILLISECONDS / 1000} seconds`,
      instead: 'from then on it is refused (`users/suspended-tenant`)',
    },
  ]
}

/** A function that has just answered still uses the items that it read. */
async function justSuspended(testbed: Testbed): Promise<Outcome> {
  const token = await testbed.forge.genuine('tenant1')
  await testbed.request(invoke(token), 'served')
  await testbed.status.write('tenant1', 'suspended')
  try {
    return await testbed.request(invoke(token), 'served')
  } finally {
    await testbed.status.write('tenant1', 'active')
  }
}
