import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared } from '../../../ledger/ledger.ts'
import { Declarer, HUB } from '../../../testing/declarer.ts'
import { organization } from '../../../testing/organization.ts'
import { invokeOf } from '../../registry.ts'

const VPC = 'aws:ec2/vpc:Vpc'

const SUBNET = 'aws:ec2/subnet:Subnet'

const GATEWAY = 'aws:ec2/internetGateway:InternetGateway'

const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'

const ASSOCIATION = 'aws:ec2/routeTableAssociation:RouteTableAssociation'

const ROUTE = 'aws:ec2/route:Route'

const EIP = 'aws:ec2/eip:Eip'

const NAT = 'aws:ec2/natGateway:NatGateway'

let cloud: Declarer

let vpc: Declared

beforeEach(async () => {
  cloud = new Declarer()
  vpc = await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16' })
})

const subnet = (name: string, cidrBlock: string, availabilityZone = 'us-east-1a') =>
  cloud.make(SUBNET, name, { vpcId: vpc.id, cidrBlock, availabilityZone })

describe('routes', () => {
  let table: Declared
  beforeEach(async () => {
    table = await cloud.make(ROUTE_TABLE, 'table', { vpcId: vpc.id })
  })

  it('go to a gateway of the same network only', async () => {
    const gateway = await cloud.make(GATEWAY, 'gateway', { vpcId: vpc.id })
    const other = await cloud.make(VPC, 'other', { cidrBlock: '10.9.0.0/16' })
    const foreign = await cloud.make(GATEWAY, 'foreign', { vpcId: other.id })
    const route = { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0' }
    expect(await cloud.refusal(ROUTE, 'out', { ...route, gatewayId: foreign.id })).toContain(
      'belong to different networks',
    )
    await cloud.make(ROUTE, 'out', { ...route, gatewayId: gateway.id })
    expect(await cloud.refusal(ROUTE, 'again', { ...route, gatewayId: gateway.id })).toBe(
      'RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists.',
    )
    expect(await cloud.refusal(ROUTE, 'two', { ...route, gatewayId: gateway.id, natGatewayId: 'nat-0' })).toContain(
      'InvalidParameterCombination',
    )
    expect(await cloud.refusal(GATEWAY, 'second', { vpcId: vpc.id })).toContain(
      'already has an internet gateway attached',
    )
  })

  it('are not more specific than the network itself', async () => {
    const inputs = { routeTableId: table.id, destinationCidrBlock: '10.0.1.0/24', transitGatewayId: 'tgw-0' }
    expect(await cloud.refusal(ROUTE, 'inside', inputs)).toContain('is equal to or more specific than')
  })

  it('are looked up by a subnet that has one table', async () => {
    const one = await subnet('one', '10.0.0.0/24')
    await cloud.make(ASSOCIATION, 'one', { subnetId: one.id, routeTableId: table.id })
    const second = await cloud.make(ROUTE_TABLE, 'second', { vpcId: vpc.id })
    expect(await cloud.refusal(ASSOCIATION, 'two', { subnetId: one.id, routeTableId: second.id })).toContain(
      'Resource.AlreadyAssociated',
    )
    const found = invokeOf('aws:ec2/getRouteTable:getRouteTable').answer({
      inputs: { subnetId: one.id },
      account: HUB,
      region: 'us-east-1',
      ledger: cloud.ledger,
      organization,
      callerArn: '',
    })
    expect(found.routeTableId).toBe(table.id)
    expect(cloud.holders(table)).toEqual([ASSOCIATION])
  })

  it('of a NAT gateway need an address of their own and a way out', async () => {
    const one = await subnet('one', '10.0.0.0/24')
    const eip = await cloud.make(EIP, 'eip', {})
    expect(await cloud.refusal(NAT, 'nat', { subnetId: one.id, allocationId: eip.id })).toContain('Gateway.NotAttached')
    await cloud.make(GATEWAY, 'gateway', { vpcId: vpc.id })
    const nat = await cloud.make(NAT, 'nat', { subnetId: one.id, allocationId: eip.id })
    expect(nat.outputs.publicIp).toBe(eip.outputs.publicIp)
    expect(await cloud.refusal(NAT, 'two', { subnetId: one.id, allocationId: eip.id })).toContain('AlreadyAssociated')
  })
})
