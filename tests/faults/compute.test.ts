/** A tenant changes its compute in this process, while it is served. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { localImages } from '../../cli/local/gateway-image.ts'
import { callers } from '../deployments/callers.ts'
import { COMPUTE_SETTINGS, computeChanges } from '../deployments/compute-changes.ts'
import { deployInProcess } from '../deployments/deploy.ts'
import type { Standing } from '../deployments/while-served.ts'

describe('a tenant changes its compute, in this process', () => {
  let standing: Standing
  beforeAll(async () => {
    const deployed = await deployInProcess(COMPUTE_SETTINGS, await localImages())
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(() => standing?.deployed.close())

  computeChanges(() => standing, {
    // A stack is swapped at once here, no hook waits: what the function has under way at that moment loses its role.
    judgeLeavingLambda: ({ failed }) => expect(failed.length).toBeLessThanOrEqual(1),
  })
})
