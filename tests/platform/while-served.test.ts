/** Deployments in this process, while tenants are served. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { ITEMS_USED_FOR_MILLISECONDS } from '../../shared/tenant.ts'
import { callers } from '../doors/callers.ts'
import { inProcessDoor } from '../doors/door.ts'
import { SHORT_TIER, type Standing, whileServed } from '../doors/while-served.ts'

describe('while tenants are served, in this process', () => {
  let standing: Standing
  beforeAll(async () => {
    const door = await inProcessDoor({ 'spoke-tenant1': { tier: SHORT_TIER } })
    standing = { door, clients: callers(door, door.hub) }
  })
  afterAll(() => standing?.door.close())

  whileServed(() => standing, {
    // For as long as a function uses what it has read of the old stack: a stack is swapped at once.
    watchedMilliseconds: ITEMS_USED_FOR_MILLISECONDS,
    // The same measurement through the other door says 0: here it is seen to find something.
    judgeMove(share) {
      expect(new Set(share?.failed)).toEqual(new Set([502]))
      expect(share?.outageMilliseconds).toBeGreaterThan(0)
    },
  })
})
