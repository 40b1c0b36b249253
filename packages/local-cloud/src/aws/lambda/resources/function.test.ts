import { beforeEach, describe, expect, it } from 'vitest'
import { createAuthorize } from '../../../iam/authorize.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { HUB } from '../../../testing/declarer.ts'
import { GatewayDeclarer, json } from '../../../testing/gateway.ts'
import { organization } from '../../../testing/organization.ts'
import { networkInterfacesOf } from '../../ec2/network-interfaces.ts'

const FUNCTION = 'aws:lambda/function:Function'

let cloud: GatewayDeclarer

beforeEach(async () => {
  cloud = await new GatewayDeclarer().prepare()
})

describe('Function', () => {
  it('answers an ARN, and an address in each of its subnets', async () => {
    const made = await cloud.make(FUNCTION, 'f', { ...cloud.function, vpcConfig: cloud.vpcConfig })
    expect(made.outputs.arn).toBe(`arn:aws:lambda:us-east-1:${HUB}:function:gateway`)
    expect(networkInterfacesOf(made).map(({ privateIp }) => privateIp)).toEqual([
      expect.stringMatching(/^10\.0\.0\.\d+$/),
      expect.stringMatching(/^10\.0\.1\.\d+$/),
    ])
    expect(networkInterfacesOf(made)[0]?.securityGroupIds).toEqual([cloud.group.id])
    expect(cloud.holders(cloud.group)).toEqual([FUNCTION])
  })

  it.each<[string, Properties]>([
    ['ValidationException', { name: 'a name' }],
    ['ValidationException', { memorySize: 64 }],
    ['ValidationException', { timeout: 901 }],
    ['Reserved keys used in this request: AWS_REGION', { environment: { variables: { AWS_REGION: 'x' } } }],
    ['exceeded the 4KB limit', { environment: { variables: { LONG: 'x'.repeat(5000) } } }],
    ['cannot be assumed by Lambda', { role: `arn:aws:iam::${HUB}:role/nobody` }],
    ['Cross-account pass role', { role: 'arn:aws:iam::222222222222:role/other' }],
    ['InvalidSubnetID.NotFound', { vpcConfig: { subnetIds: ['subnet-0'], securityGroupIds: [] } }],
    ['InvalidGroup.NotFound', { vpcConfig: { subnetIds: [], securityGroupIds: ['sg-0'] } }],
  ])('refuses with %s', async (message, inputs) => {
    expect(await cloud.refusal(FUNCTION, 'f', { ...cloud.function, ...inputs })).toContain(message)
  })

  it('refuses a second function of a name, and reservations that leave less than 100', async () => {
    await cloud.make(FUNCTION, 'f', { ...cloud.function, reservedConcurrentExecutions: 800 })
    expect(await cloud.refusal(FUNCTION, 'g', cloud.function)).toBe(
      'ResourceConflictException: Function already exist: gateway',
    )
    const more = { ...cloud.function, name: 'more', reservedConcurrentExecutions: 101 }
    expect(await cloud.refusal(FUNCTION, 'g', more)).toContain('below its minimum value of [100]')
    await cloud.make(FUNCTION, 'g', { ...more, reservedConcurrentExecutions: 100 })
  })

  it('in a VPC needs a role that may manage network interfaces', async () => {
    cloud = await new GatewayDeclarer(organization, createAuthorize).prepare()
    const inputs = { ...cloud.function, vpcConfig: cloud.vpcConfig }
    expect(await cloud.refusal(FUNCTION, 'f', inputs)).toBe(
      'InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
    )
    await cloud.make(FUNCTION, 'outside', { ...cloud.function, name: 'outside' })
    const manage = ['Create', 'Delete'].map((verb) => `ec2:${verb}NetworkInterface`)
    const addresses = ['Assign', 'Unassign'].map((verb) => `ec2:${verb}PrivateIpAddresses`)
    const looked = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets']
    const give = (name: string, Action: readonly string[], Resource: string) =>
      cloud.make('aws:iam/rolePolicy:RolePolicy', name, {
        role: 'gateway',
        name,
        policy: json({ Effect: 'Allow', Action, Resource }),
      })
    const denied = (action: string) =>
      `InvalidParameterValueException: The provided execution role does not have permissions to call ${action} on EC2`
    await give('looks', ['ec2:CreateNetworkInterface', ...looked], '*')
    // Lambda asks without a resource: whatever can be named is not enough (terraform-provider-aws#20698).
    await give('named', [...manage, ...addresses], 'arn:aws:ec2:*:*:network-interface/*')
    expect(await cloud.refusal(FUNCTION, 'f', inputs)).toBe(denied('DeleteNetworkInterface'))
    await give('manages', manage, '*')
    expect(await cloud.refusal(FUNCTION, 'f', inputs)).toBe(denied('AssignPrivateIpAddresses'))
    await give('addresses', addresses, '*')
    await cloud.make(FUNCTION, 'f', inputs)
  })
})
