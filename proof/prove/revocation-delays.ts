/**
 * What stays possible for a while after it was taken away: AWS gives no way to call it back. Each is made for every report, so
 * that it says what is, and until when.
 */
import { ITEMS_USED_FOR_MILLISECONDS } from '../../shared/tenant.ts'
import type { Outcome } from './outcome.ts'
import type { Site } from './site/site.ts'
import { lifeOf } from './site/user-pool.ts'

export interface RevocationDelay {
  readonly what: string
  /** How it ended just now. */
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

export async function findRevocationDelays(site: Site): Promise<readonly RevocationDelay[]> {
  const { disabled, signedOut } = site.people
  const minutes = (token: string) => `${lifeOf(token) / 60} minutes after it was issued`
  return [
    {
      what: 'The ID token of a user who has been disabled or deleted since',
      outcome: await site.request(invoke(disabled.session.idToken), 'served'),
      until: `it expires, ${minutes(disabled.session.idToken)}`,
      instead:
        'it cannot be renewed (`users/refresh-after-disabled`); suspending the tenant stops all of its users sooner',
    },
    {
      what: 'The ID token of a user who has signed out everywhere',
      outcome: await site.request(invoke(signedOut.session.idToken), 'served'),
      until: `it expires, ${minutes(signedOut.session.idToken)}`,
      instead: 'it cannot be renewed (`users/refresh-after-sign-out`)',
    },
    {
      what: 'A request of a tenant that was suspended a moment ago',
      outcome: await justSuspended(site),
      until: `the function reads its items again, within ${ITEMS_USED_FOR_MILLISECONDS / 1000} seconds`,
      instead: 'from then on it is refused (`users/suspended-tenant`)',
    },
  ]
}

/** A function that has just served holds the items that it read. */
async function justSuspended(site: Site): Promise<Outcome> {
  const token = await site.forge.genuine('tenant1')
  await site.request(invoke(token), 'served')
  await site.status.write('tenant1', 'suspended')
  try {
    return await site.request(invoke(token), 'served')
  } finally {
    await site.status.write('tenant1', 'active')
  }
}
