/** Interfaces that Lambda leaves when a tenant goes, by the CLI: the order in which the real engine deletes counts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeployedByCli, deployByCli } from '../deployments/deploy.ts'
import { leftIn, parkedInterfaces } from '../deployments/left-interfaces.ts'
import { cli } from './cli.ts'

const quiet = { color: 'never' } as const
/** Long enough that a role which goes beside its group is gone before Lambda has used it. */
const STAY_MILLISECONDS = 5_000
const PARKING = 'replaceSecurityGroupsOnDestroy: true'

describe.skipIf(!cli)('interfaces that Lambda leaves', () => {
  let deployed: DeployedByCli

  beforeAll(async () => {
    if (cli) deployed = await deployByCli(cli, { delayMilliseconds: 0, interfacesStayMilliseconds: STAY_MILLISECONDS })
  })
  afterAll(async () => {
    await deployed?.close()
  })

  const destroy = async (stack: string) => await (await deployed.engine.stack(stack)).destroy(quiet)

  it('in a tenant’s own group are waited for, as the group goes before the role that Lambda deletes them with', async () => {
    const file = join(deployed.project, 'spoke/ingress/function.ts')
    const program = readFileSync(file, 'utf8')
    expect(program).toContain(PARKING)
    writeFileSync(file, program.replace(PARKING, PARKING.replace('true', 'false')))
    await deployed.up('spoke-tenant2')
    writeFileSync(file, program)
    await destroy('spoke-tenant2')
    expect(leftIn(deployed)).toEqual([])
  })

  parkedInterfaces(() => ({ cloud: deployed.cloud, hub: deployed.hub, destroy }))
})
