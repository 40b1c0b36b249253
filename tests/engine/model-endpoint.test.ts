/** A tenant changes its model endpoint by the Pulumi CLI, while it is served. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { callers } from '../deployments/callers.ts'
import { deployByCli } from '../deployments/deploy.ts'
import { ENDPOINT_SETTINGS, endpointChanges } from '../deployments/endpoint-changes.ts'
import type { Standing } from '../deployments/while-served.ts'
import { cli } from './cli.ts'

describe.skipIf(!cli)('a tenant changes its model endpoint, by the CLI', () => {
  let standing: Standing
  beforeAll(async () => {
    if (!cli) return
    const deployed = await deployByCli(cli, { delayMilliseconds: 0 }, ENDPOINT_SETTINGS)
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(async () => {
    await standing?.deployed.close()
  })

  endpointChanges(() => standing, {
    watchedMilliseconds: 0,
    judge: (share) => {
      expect(share).toMatchObject({ failed: [], outageMilliseconds: 0 })
      expect(share?.answered).toBeGreaterThan(5)
    },
  })
})
