/**
 * Interfaces that Lambda leaves when a tenant goes: the order in which the real engine deletes, what parking does (decision 0004),
 * and the recovery of docs/operations.md.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LEFT_INTERFACE } from '@genai/local-cloud/aws/lambda/left-interfaces'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { until } from '@genai/local-cloud/testing/until'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executionRoleName } from '../../shared/naming.ts'
import { type DeployedByCli, deployByCli } from '../deployments/deploy.ts'
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
  const left = () => deployed.cloud.ledger.all(LEFT_INTERFACE)
  const groupsOf = ({ inputs }: Declared) => inputs.securityGroups

  it('in a tenant’s own group are waited for, as the group goes before the role that Lambda deletes them with', async () => {
    const file = join(deployed.project, 'spoke/ingress-function.ts')
    const program = readFileSync(file, 'utf8')
    expect(program).toContain(PARKING)
    writeFileSync(file, program.replace(PARKING, PARKING.replace('true', 'false')))
    await deployed.up('spoke-tenant2')
    writeFileSync(file, program)
    await destroy('spoke-tenant2')
    expect(left()).toEqual([])
  })

  it('are parked, so that a tenant goes at once; they hold the hub until there is a role of the same name again', async () => {
    const { ledger } = deployed.cloud
    const roleName = executionRoleName('tenant1')
    const [role] = ledger.all('aws:iam/role:Role').filter(({ id }) => id === roleName)
    if (!role) throw new Error(`there is no ${roleName}`)
    await destroy('spoke-tenant1')
    expect(left().map(groupsOf)).toEqual(left().map(() => [deployed.hub.parkingSecurityGroupId]))
    expect(left().length).toBeGreaterThan(0)
    await expect(destroy('hub')).rejects.toThrow(/DependencyViolation|has a dependent object: eni-/)

    const { permissionsBoundary: _bounded, ...inputs } = role.inputs
    const { permissionsBoundary: _boundary, ...outputs } = role.outputs
    const policyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'
    await ledger.put({ ...role, inputs, outputs })
    const attachment = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'
    const attached = { role: roleName, policyArn }
    await ledger.put({
      ...role,
      urn: `${role.urn}-attached`,
      type: attachment,
      id: 'attached',
      inputs: attached,
      outputs: attached,
    })
    await until('the end of what was left', () => left().length === 0)
    await destroy('hub')
  })
})
