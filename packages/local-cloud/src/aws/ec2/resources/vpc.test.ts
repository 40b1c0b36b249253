import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared } from '../../../ledger/ledger.ts'
import { Declarer, HUB, TENANT1 } from '../../../testing/declarer.ts'

const VPC = 'aws:ec2/vpc:Vpc'

const SUBNET = 'aws:ec2/subnet:Subnet'

let cloud: Declarer

let vpc: Declared

beforeEach(async () => {
  cloud = new Declarer()
  vpc = await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16' })
})

const subnet = (name: string, cidrBlock: string, availabilityZone = 'us-east-1a') =>
  cloud.make(SUBNET, name, { vpcId: vpc.id, cidrBlock, availabilityZone })

describe('Vpc and Subnet', () => {
  it('answers ids of AWS, the zone by both its names, and the network behind a VPC', async () => {
    expect(vpc.id).toMatch(/^vpc-0[0-9a-f]{16}$/)
    expect(vpc.outputs.mainRouteTableId).toMatch(/^rtb-0/)
    expect(vpc.outputs.arn).toBe(`arn:aws:ec2:us-east-1:${HUB}:vpc/${vpc.id}`)
    const one = await subnet('one', '10.0.0.0/24', 'us-east-1b')
    expect(one.outputs).toMatchObject({ availabilityZone: 'us-east-1b', availabilityZoneId: 'use1-az2' })
    const elsewhere = await cloud.make(VPC, 'tenant', { cidrBlock: '10.64.0.0/24' }, { account: TENANT1 })
    const inputs = { vpcId: elsewhere.id, cidrBlock: '10.64.0.0/26', availabilityZoneId: 'use1-az2' }
    const theirs = await cloud.make(SUBNET, 'tenant', inputs, { account: TENANT1 })
    expect(theirs.outputs.availabilityZone).toBe('us-east-1d')
  })

  it.each([
    ['10.0.0.0/8', "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid."],
    ['10.0.0.0/29', 'InvalidVpc.Range'],
    ['10.0.0.1/16', 'InvalidParameterValue: Value (10.0.0.1/16) for parameter cidrBlock is invalid.'],
    ['ten', 'InvalidParameterValue'],
  ])('refuses the VPC block %s', async (cidrBlock, refusal) => {
    expect(await cloud.refusal(VPC, 'other', { cidrBlock })).toContain(refusal)
  })

  it('refuses a sixth VPC', async () => {
    for (const n of [1, 2, 3, 4]) await cloud.make(VPC, `net${n}`, { cidrBlock: '10.0.0.0/16' })
    expect(await cloud.refusal(VPC, 'sixth', { cidrBlock: '10.0.0.0/16' })).toContain('VpcLimitExceeded')
  })

  it('refuses a subnet outside its VPC, over another, in a zone or VPC that is not there', async () => {
    await subnet('one', '10.0.0.0/24')
    const refusal = (inputs: Record<string, string>) => cloud.refusal(SUBNET, 'two', { vpcId: vpc.id, ...inputs })
    expect(await refusal({ cidrBlock: '10.1.0.0/24' })).toContain('InvalidSubnet.Range')
    expect(await refusal({ cidrBlock: '10.0.0.128/25' })).toBe(
      "InvalidSubnet.Conflict: The CIDR '10.0.0.128/25' conflicts with another subnet",
    )
    expect(await refusal({ cidrBlock: '10.0.1.0/24', availabilityZone: 'us-east-1z' })).toContain(
      'Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b',
    )
    expect(await refusal({ cidrBlock: '10.0.1.0/24', vpcId: 'vpc-0' })).toContain('InvalidVpcID.NotFound')
    const inputs = { vpcId: vpc.id, cidrBlock: '10.0.1.0/24' }
    expect(await cloud.refusal(SUBNET, 'theirs', inputs, { account: TENANT1 })).toContain('InvalidVpcID.NotFound')
  })

  it('keeps its id when tags change, and is held by what is in it', async () => {
    const again = await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16', tags: { tenant: 'a' } })
    expect(again.id).toBe(vpc.id)
    expect(again.outputs.tagsAll).toEqual({ tenant: 'a' })
    await subnet('one', '10.0.0.0/24')
    expect(cloud.holders(vpc)).toEqual([SUBNET])
  })
})
