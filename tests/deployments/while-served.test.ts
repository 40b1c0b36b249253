/** Deployments in this process, while tenants are served. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { ITEMS_USED_FOR_MILLISECONDS } from '../../shared/tenant.ts'
import { callers } from './callers.ts'
import { deployInProcess } from './deploy.ts'
import { SHORT_TIER, type Standing, whileServed } from './while-served.ts'

describe('while tenants are served, in this process', () => {
  let standing: Standing
  beforeAll(async () => {
    const deployed = await deployInProcess({ 'spoke-tenant1': { tier: SHORT_TIER } })
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(() => standing?.deployed.close())

  whileServed(() => standing, {
    // For as long as a function uses what it has read of the old stack: a stack is swapped at once.
    watchedMilliseconds: ITEMS_USED_FOR_MILLISECONDS,
    // The same measurement by the other engine says 0: here it is seen to find something.
    judgeMove(share) {
      expect(new Set(share?.failed)).toEqual(new Set([502]))
      expect(share?.outageMilliseconds).toBeGreaterThan(0)
    },
  })
})
