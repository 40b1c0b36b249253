/** A tenant changes its compute by the Pulumi CLI, while it is served. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { localImages } from '../../cli/local/gateway-image.ts'
import { organization as sample } from '../../sample-organization.ts'
import { callers } from '../deployments/callers.ts'
import { COMPUTE_SETTINGS, computeChanges } from '../deployments/compute-changes.ts'
import { deployByCli } from '../deployments/deploy.ts'
import type { Standing } from '../deployments/while-served.ts'
import { cli } from './cli.ts'

describe.skipIf(!cli)('a tenant changes its compute, by the CLI', () => {
  let standing: Standing
  beforeAll(async () => {
    if (!cli) return
    const organization = { ...sample, images: await localImages() }
    const deployed = await deployByCli(cli, { delayMilliseconds: 0, organization }, COMPUTE_SETTINGS)
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(async () => {
    await standing?.deployed.close()
  })

  computeChanges(() => standing, {
    judgeLeavingLambda: ({ failed }) => expect(failed).toEqual([]),
  })
})
