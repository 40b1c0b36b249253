/** A tenant changes its model endpoint, in this process. */
import { afterAll, beforeAll, describe } from 'vitest'
import { callers } from './callers.ts'
import { deployInProcess } from './deploy.ts'
import { ENDPOINT_SETTINGS, endpointChanges } from './endpoint-changes.ts'
import type { Standing } from './while-served.ts'

describe('a tenant changes its model endpoint, in this process', () => {
  let standing: Standing
  beforeAll(async () => {
    const deployed = await deployInProcess(ENDPOINT_SETTINGS)
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(() => standing?.deployed.close())

  // A whole stack is swapped in at once: a warm function finds the old endpoint gone for as long as it keeps its item.
  endpointChanges(() => standing, { watchedMilliseconds: 12_000 })
})
