/** One run: every issuer's key set is fetched and written to the table; a failure of one does not affect the others. */

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

/** Most fetches at a time. An address that several issuers share is fetched once. */
const AT_A_TIME = 50

/** @returns the outcome for each issuer */
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
  // Taken before the request, not after it: a key that the issuer adds while it answers is in the next set.
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
