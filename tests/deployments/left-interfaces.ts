/** What parking does with the interfaces that Lambda leaves (decision 0004), and the recovery of docs/operations.md: by either engine. */
import { LEFT_INTERFACE } from '@genai/local-cloud/aws/lambda/left-interfaces'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import { until } from '@genai/local-cloud/testing/until'
import { expect, it } from 'vitest'
import type { HubOutputs } from '../../shared/contract.ts'
import { executionRoleName } from '../../shared/naming.ts'

export interface Destroyable {
  readonly cloud: LocalCloud
  readonly hub: HubOutputs
  destroy(stack: string): Promise<unknown>
}

export const leftIn = ({ cloud }: Pick<Destroyable, 'cloud'>) => cloud.ledger.all(LEFT_INTERFACE)

/** Destroys everything: the last tenant, `tenant1`, and the hub. */
export function parkedInterfaces(standing: () => Destroyable): void {
  it('are parked, so that a tenant goes at once; they hold the hub until there is a role of the same name again', async () => {
    const { cloud, hub, destroy } = standing()
    const { ledger } = cloud
    const left = () => leftIn({ cloud })
    const roleName = executionRoleName('tenant1')
    const [role] = ledger.all('aws:iam/role:Role').filter(({ id }) => id === roleName)
    if (!role) throw new Error(`there is no ${roleName}`)
    await destroy('spoke-tenant1')
    expect(left().length).toBeGreaterThan(0)
    for (const { inputs } of left()) expect(inputs.securityGroups).toEqual([hub.parkingSecurityGroupId])
    await expect(destroy('hub')).rejects.toThrow(/has a dependent object: eni-/)

    const { permissionsBoundary: _bounded, ...inputs } = role.inputs
    const { permissionsBoundary: _boundary, ...outputs } = role.outputs
    await ledger.put({ ...role, inputs, outputs })
    const policyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'
    const attached = { role: roleName, policyArn }
    const type = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'
    const attachment = {
      ...role,
      urn: `${role.urn}-attached`,
      type,
      id: 'attached',
      inputs: attached,
      outputs: attached,
    }
    await ledger.put(attachment)
    await until('the end of what was left', () => left().length === 0)
    for (const { urn } of [attachment, role]) await ledger.delete(urn)
    await destroy('hub')
    expect(ledger.all('aws:ec2/securityGroup:SecurityGroup')).toEqual([])
  })
}
