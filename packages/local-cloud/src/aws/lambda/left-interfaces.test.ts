/** What a deleted function leaves in its subnets, and who takes it away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAuthorize } from '../../iam/authorize.ts'
import type { Properties } from '../../ledger/ledger.ts'
import { GatewayDeclarer, json } from '../../testing/gateway.ts'
import { organization } from '../../testing/organization.ts'
import { until } from '../../testing/until.ts'
import { LEFT_INTERFACE, type LeftInterfaces, leftInterfaces } from './left-interfaces.ts'

const FUNCTION = 'aws:lambda/function:Function'
const MANAGED = ['Create', 'Describe', 'Delete'].flatMap((verb) =>
  verb === 'Describe' ? ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'] : [`ec2:${verb}NetworkInterface`],
)
const ADDRESSES = ['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses']

describe('interfaces of a deleted function', () => {
  let cloud: GatewayDeclarer
  let left: LeftInterfaces
  beforeEach(async () => {
    cloud = await new GatewayDeclarer(organization, createAuthorize).prepare()
    const { ledger } = cloud
    left = leftInterfaces({ ledger, authorize: createAuthorize(ledger, organization), stayMilliseconds: 100 })
    ledger.onChange(left.effect)
    await allow([...MANAGED, ...ADDRESSES])
  })
  afterEach(() => left.close())

  const allow = (Action: readonly string[]) =>
    cloud.make('aws:iam/rolePolicy:RolePolicy', 'network', {
      role: 'gateway',
      name: 'network',
      policy: json({ Effect: 'Allow', Action, Resource: '*' }),
    })
  const remaining = () => cloud.ledger.all(LEFT_INTERFACE)

  async function madeAndDeleted(inputs: Properties = {}): Promise<void> {
    const made = await cloud.make(FUNCTION, 'f', { ...cloud.function, vpcConfig: cloud.vpcConfig, ...inputs })
    await cloud.ledger.delete(made.urn)
  }

  it('hold their subnets and groups until Lambda deletes them, with the role that made them', async () => {
    await madeAndDeleted()
    expect(remaining()).toHaveLength(2)
    expect(cloud.holders(cloud.group)).toEqual([LEFT_INTERFACE, LEFT_INTERFACE])
    await until('their end', () => remaining().length === 0)
    expect(cloud.holders(cloud.group)).toEqual([])
  })

  it('stay when the role has gone first, and go when there is one of its name again', async () => {
    await madeAndDeleted()
    await cloud.ledger.delete(cloud.role.urn)
    await new Promise((next) => setTimeout(next, 500))
    expect(remaining()).toHaveLength(2)
    await cloud.ledger.put(cloud.role)
    await until('their end', () => remaining().length === 0)
  })

  it('stay as long as the role may not delete them', async () => {
    await madeAndDeleted()
    await allow(MANAGED.filter((action) => !action.startsWith('ec2:Delete')))
    await new Promise((next) => setTimeout(next, 500))
    expect(remaining()).toHaveLength(2)
    await allow(MANAGED)
    await until('their end', () => remaining().length === 0)
  })

  it('are parked with the groups that the function names for it', async () => {
    const vpcId = String(cloud.group.outputs.vpcId)
    const parking = await cloud.make('aws:ec2/securityGroup:SecurityGroup', 'parking', { vpcId })
    await madeAndDeleted({ replaceSecurityGroupsOnDestroy: true, replacementSecurityGroupIds: [parking.id] })
    expect(cloud.holders(cloud.group)).toEqual([])
    expect(cloud.holders(parking)).toEqual([LEFT_INTERFACE, LEFT_INTERFACE])
  })

  it('that a process has left are Lambda’s still in the next one', async () => {
    await madeAndDeleted()
    left.close()
    const { ledger } = cloud
    left = leftInterfaces({ ledger, authorize: createAuthorize(ledger, organization), stayMilliseconds: 100 })
    await until('their end', () => remaining().length === 0)
  })
})
