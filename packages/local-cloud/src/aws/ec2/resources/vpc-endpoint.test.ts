import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared } from '../../../ledger/ledger.ts'
import { objects } from '../../../resource/values.ts'
import { Declarer } from '../../../testing/declarer.ts'
import { networkInterfacesOf } from '../network-interfaces.ts'

const VPC = 'aws:ec2/vpc:Vpc'

const SUBNET = 'aws:ec2/subnet:Subnet'

const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'

const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'

let cloud: Declarer

let vpc: Declared

beforeEach(async () => {
  cloud = new Declarer()
  vpc = await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16' })
})

const subnet = (name: string, cidrBlock: string, availabilityZone = 'us-east-1a') =>
  cloud.make(SUBNET, name, { vpcId: vpc.id, cidrBlock, availabilityZone })

describe('VpcEndpoint', () => {
  const inputs = async () => {
    const one = await subnet('one', '10.0.0.0/28', 'us-east-1a')
    const two = await subnet('two', '10.0.0.16/28', 'us-east-1b')
    const serviceName = 'com.amazonaws.us-east-1.bedrock-runtime'
    return { vpcId: vpc.id, vpcEndpointType: 'Interface', serviceName, subnetIds: [one.id, two.id] }
  }

  it('answers its regional, zonal and private names, and an address in each subnet', async () => {
    await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16', enableDnsHostnames: true })
    const endpoint = await cloud.make(ENDPOINT, 'e', { ...(await inputs()), privateDnsEnabled: true })
    const host = `${endpoint.id}-[0-9a-f]{8}`
    const domain = 'bedrock-runtime.us-east-1.vpce.amazonaws.com'
    const names = objects(endpoint.outputs, 'dnsEntries').map(({ dnsName }) => dnsName)
    expect(names).toEqual([
      expect.stringMatching(new RegExp(`^${host}\\.${domain}$`)),
      expect.stringMatching(new RegExp(`^${host}-us-east-1a\\.${domain}$`)),
      expect.stringMatching(new RegExp(`^${host}-us-east-1b\\.${domain}$`)),
      'bedrock-runtime.us-east-1.amazonaws.com',
    ])
    const interfaces = networkInterfacesOf(endpoint)
    expect(interfaces.map(({ privateIp }) => privateIp.slice(0, 7))).toEqual(['10.0.0.', '10.0.0.'])
    expect(endpoint.outputs.networkInterfaceIds).toEqual(interfaces.map(({ id }) => id))
    expect(interfaces[0]?.securityGroupIds).toEqual([vpc.outputs.defaultSecurityGroupId])
  })

  it('keeps its addresses on an update, and runs out of them', async () => {
    const given = await inputs()
    const before = await cloud.make(ENDPOINT, 'e', given)
    const after = await cloud.make(ENDPOINT, 'e', { ...given, tags: { a: 'b' } })
    expect(networkInterfacesOf(after)).toEqual(networkInterfacesOf(before))
    const addresses = new Set(networkInterfacesOf(before).map(({ privateIp }) => privateIp))
    for (let n = 0; n < 10; n += 1)
      for (const one of networkInterfacesOf(await cloud.make(ENDPOINT, `more${n}`, given))) addresses.add(one.privateIp)
    expect(addresses.size).toBe(22)
    expect(await cloud.refusal(ENDPOINT, 'last', given)).toContain('InsufficientFreeAddressesInSubnet')
  })

  it('refuses services, zones, groups and DNS that AWS does not have', async () => {
    const given = await inputs()
    const refusal = (changed: object) => cloud.refusal(ENDPOINT, 'e', { ...given, ...changed })
    expect(await refusal({ serviceName: 'com.amazonaws.us-east-1.nothing' })).toContain('InvalidServiceName')
    expect(await refusal({ privateDnsEnabled: true })).toContain('Enabling private DNS requires both')
    expect(await refusal({ securityGroupIds: ['sg-0'] })).toContain('InvalidGroup.NotFound')
    const third = await subnet('three', '10.0.0.32/28', 'us-east-1c')
    expect(await refusal({ subnetIds: [third.id] })).toContain('does not support the availability zone of the subnet')
    const twin = await subnet('twin', '10.0.0.48/28', 'us-east-1a')
    expect(await refusal({ subnetIds: [given.subnetIds[0] ?? '', twin.id] })).toContain('DuplicateSubnetsInSameZone')
    expect(await refusal({ policy: '{' })).toContain('InvalidPolicyDocument')
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [], Id: 'x'.repeat(20_480) })
    expect(await refusal({ policy })).toContain('at most 20480 are allowed')
  })

  it('takes a service name once in a VPC', async () => {
    await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16', enableDnsHostnames: true })
    const given = { ...(await inputs()), privateDnsEnabled: true }
    await cloud.make(ENDPOINT, 'e', given)
    expect(await cloud.refusal(ENDPOINT, 'e2', given)).toContain('there is already a conflicting DNS domain')
  })

  it('of the gateway kind puts a prefix list into route tables, once', async () => {
    const table = await cloud.make(ROUTE_TABLE, 'table', { vpcId: vpc.id })
    const given = { vpcId: vpc.id, serviceName: 'com.amazonaws.us-east-1.dynamodb', routeTableIds: [table.id] }
    const endpoint = await cloud.make(ENDPOINT, 'e', given)
    expect(endpoint.outputs).toMatchObject({ prefixListId: 'pl-02cd2c6b', vpcEndpointType: 'Gateway', dnsEntries: [] })
    expect(await cloud.refusal(ENDPOINT, 'e2', given)).toContain('RouteAlreadyExists')
    expect(await cloud.refusal(ENDPOINT, 'e3', { ...given, routeTableIds: ['rtb-0'] })).toContain(
      'InvalidRouteTableId.NotFound',
    )
  })
})
