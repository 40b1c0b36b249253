/** One run: every issuer's key set is fetched and put into the table; what is wrong with one keeps no other from it. */

import { readKeySet } from '../../shared/rs256-keys.ts'
import type { StoredKeySet } from '../../shared/tenant.ts'
import type { Fetch } from './fetch.ts'
import type { Issuer } from './issuers.ts'

export interface RunOptions {
  readonly fetch: Fetch
  readonly store: (set: StoredKeySet) => Promise<void>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly log: (line: Outcome) => void
}

/** A line of the function's log, which metric filters read. */
export interface Outcome {
  readonly owner: string
  readonly issuer: string
  readonly outcome: 'fetched' | 'failed'
  readonly reason?: string
}

/** Issuers may share an address, such as one that several tenants trust: it is asked once. */
const AT_A_TIME = 50

/** @returns what came of each */
export async function fetchKeySets(issuers: readonly Issuer[], options: RunOptions): Promise<readonly Outcome[]> {
  const byAddress = [...Map.groupBy(issuers, ({ jwksUri }) => jwksUri)]
  const outcomes: Outcome[] = []
  const workers = Array.from({ length: Math.min(AT_A_TIME, byAddress.length) }, async () => {
    for (let next = byAddress.shift(); next; next = byAddress.shift())
      outcomes.push(...(await fetchOne(next[0], next[1], options)))
  })
  await Promise.all(workers)
  return outcomes
}

async function fetchOne(
  jwksUri: string,
  issuers: readonly Issuer[],
  { fetch, store, now, log }: RunOptions,
): Promise<readonly Outcome[]> {
  // Before the request, not after: what the issuer adds while it answers is in the next set.
  const fetchedAt = now()
  const read = fetch(jwksUri).then(readKeySet)
  return await Promise.all(
    issuers.map(async ({ owner, issuer }): Promise<Outcome> => {
      let outcome: Outcome
      try {
        await store({ tenantId: owner, issuer, keySet: await read, fetchedAt })
        outcome = { owner, issuer, outcome: 'fetched' }
      } catch (error) {
        outcome = { owner, issuer, outcome: 'failed', reason: error instanceof Error ? error.message : 'unknown' }
      }
      log(outcome)
      return outcome
    }),
  )
}
