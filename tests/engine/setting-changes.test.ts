/** Changed settings of what is deployed, by the Pulumi CLI. */
import { afterAll, beforeAll, describe } from 'vitest'
import { callers } from '../deployments/callers.ts'
import { deployByCli } from '../deployments/deploy.ts'
import { settingChanges } from '../deployments/setting-changes.ts'
import type { Standing } from '../deployments/while-served.ts'
import { cli } from './cli.ts'

describe.skipIf(!cli)('a changed setting, by the CLI', () => {
  let standing: Standing
  beforeAll(async () => {
    if (!cli) return
    const deployed = await deployByCli(cli, { delayMilliseconds: 0 })
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(async () => {
    await standing?.deployed.close()
  })

  settingChanges(() => standing)
})
