import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import { object, objects } from '../../resource/values.ts'
import { Declarer, HUB, TENANT1, TENANT2 } from '../../testing/declarer.ts'
import { organization } from '../../testing/organization.ts'
import { invokeOf } from '../registry.ts'
import { networkInterfacesOf } from './network-interfaces.ts'

const VPC = 'aws:ec2/vpc:Vpc'
const SUBNET = 'aws:ec2/subnet:Subnet'
const GATEWAY = 'aws:ec2/internetGateway:InternetGateway'
const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'
const ASSOCIATION = 'aws:ec2/routeTableAssociation:RouteTableAssociation'
const ROUTE = 'aws:ec2/route:Route'
const GROUP = 'aws:ec2/securityGroup:SecurityGroup'
const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'
const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'
const INSTANCE = 'aws:ec2/instance:Instance'
const EIP = 'aws:ec2/eip:Eip'
const EIP_ASSOCIATION = 'aws:ec2/eipAssociation:EipAssociation'
const NAT = 'aws:ec2/natGateway:NatGateway'

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

describe('security groups', () => {
  it('have a name of their own in a VPC, and descriptions without apostrophes', async () => {
    const group = await cloud.make(GROUP, 'web', { vpcId: vpc.id, name: 'web' })
    expect(group.outputs).toMatchObject({ egress: [], description: 'Managed by Pulumi' })
    expect(await cloud.refusal(GROUP, 'web2', { vpcId: vpc.id, name: 'web' })).toContain('InvalidGroup.Duplicate')
    const rule = { securityGroupId: group.id, ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: '10.0.0.0/8' }
    expect(await cloud.refusal(INGRESS, 'rule', { ...rule, description: "the hub's" })).toContain(
      'Invalid rule description',
    )
    await cloud.make(INGRESS, 'rule', { ...rule, description: 'HTTPS' })
    expect(await cloud.refusal(INGRESS, 'same', rule)).toBe(
      'InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/8, TCP, from port: 443, to port: 443, ALLOW" already exists',
    )
  })

  it('refuse rules without ports, without a peer, and with a group that is not there', async () => {
    const group = await cloud.make(GROUP, 'web', { vpcId: vpc.id })
    const rule = { securityGroupId: group.id, ipProtocol: 'tcp', fromPort: 443, toPort: 443 }
    const refusal = (inputs: Record<string, string | number>) => cloud.refusal(INGRESS, 'rule', { ...rule, ...inputs })
    expect(await refusal({})).toContain('one of cidrIpv4, prefixListId, referencedSecurityGroupId must be specified')
    expect(await refusal({ cidrIpv4: '10.0.0.1/24' })).toContain('CIDR block 10.0.0.1/24 is malformed')
    expect(await refusal({ referencedSecurityGroupId: 'sg-0' })).toContain('InvalidGroup.NotFound')
    expect(await refusal({ prefixListId: 'pl-0' })).toContain('InvalidPrefixListID.NotFound')
    expect(await refusal({ cidrIpv4: '10.0.0.0/8', ipProtocol: '-1' })).toContain('InvalidParameterCombination')
    expect(await refusal({ cidrIpv4: '10.0.0.0/8', fromPort: 80, toPort: 70 })).toContain('for portRange')
  })

  it('are held by the rules of others, not by their own', async () => {
    const group = await cloud.make(GROUP, 'web', { vpcId: vpc.id })
    const other = await cloud.make(GROUP, 'other', { vpcId: vpc.id })
    await cloud.make(INGRESS, 'own', { securityGroupId: group.id, ipProtocol: '-1', cidrIpv4: '10.0.0.0/8' })
    expect(cloud.holders(group)).toEqual([])
    const rule = { securityGroupId: other.id, ipProtocol: '-1', referencedSecurityGroupId: group.id }
    await cloud.make(INGRESS, 'theirs', rule)
    expect(cloud.holders(group)).toEqual([INGRESS])
  })
})

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

describe('Instance', () => {
  const ami = () =>
    invokeOf('aws:ssm/getParameter:getParameter').answer({
      inputs: { name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64' },
      account: HUB,
      region: 'us-east-1',
      ledger: cloud.ledger,
      organization,
      callerArn: '',
    }).value as string

  it('has addresses, and is reached by an Elastic IP where there is a way in', async () => {
    const one = await subnet('one', '10.0.0.0/24')
    const given = { ami: ami(), instanceType: 't4g.nano', subnetId: one.id }
    const instance = await cloud.make(INSTANCE, 'client', given)
    expect(instance.outputs).toMatchObject({ publicIp: '', privateIp: expect.stringMatching(/^10\.0\.0\.\d+$/) })
    const eip = await cloud.make(EIP, 'eip', { domain: 'vpc' })
    const association = { allocationId: eip.id, instanceId: instance.id }
    expect(await cloud.refusal(EIP_ASSOCIATION, 'a', association)).toContain('Gateway.NotAttached')
    await cloud.make(GATEWAY, 'gateway', { vpcId: vpc.id })
    const made = await cloud.make(EIP_ASSOCIATION, 'a', association)
    expect(made.outputs.publicIp).toBe(eip.outputs.publicIp)
    expect(cloud.holders(eip)).toEqual([EIP_ASSOCIATION])
  })

  it('refuses an image, a profile or an architecture that does not fit', async () => {
    const one = await subnet('one', '10.0.0.0/24')
    const given = { ami: ami(), instanceType: 't4g.nano', subnetId: one.id }
    const refusal = (changed: Record<string, string>) => cloud.refusal(INSTANCE, 'i', { ...given, ...changed })
    expect(await refusal({ ami: 'ami-0' })).toContain('InvalidAMIID.NotFound')
    expect(await refusal({ instanceType: 't3.nano' })).toContain("does not match the architecture 'arm64'")
    expect(await refusal({ iamInstanceProfile: 'none' })).toContain('Invalid IAM Instance Profile name')
  })
})

describe('data sources', () => {
  const call = (token: string, inputs: Properties, account = HUB) =>
    invokeOf(token).answer({ inputs, account, region: 'us-east-1', ledger: cloud.ledger, organization, callerArn: 'a' })

  it('see an account its own way', () => {
    const token = 'aws:index/getAvailabilityZones:getAvailabilityZones'
    const [hub, tenant] = [call(token, {}), call(token, {}, TENANT2)]
    expect(hub.names).toEqual(tenant.names)
    expect(hub.zoneIds).not.toEqual(tenant.zoneIds)
    expect([...(hub.zoneIds as string[])].sort()).toEqual([...(tenant.zoneIds as string[])].sort())
  })

  it('find an account’s VPCs by their tags', async () => {
    const tags = { tenant: 'tenant1', project: 'genai' }
    const tagged = await cloud.make(VPC, 'tagged', { cidrBlock: '10.1.0.0/16', tags })
    await cloud.make(VPC, 'elsewhere', { cidrBlock: '10.1.0.0/16', tags }, { account: TENANT1 })
    const find = (wanted: Record<string, string>) => call('aws:ec2/getVpcs:getVpcs', { tags: wanted }).ids
    expect(find({ tenant: 'tenant1' })).toEqual([tagged.id])
    expect(find(tags)).toEqual([tagged.id])
    expect(find({ tenant: 'tenant2' })).toEqual([])
    expect(find({})).toEqual([vpc.id, tagged.id])
  })

  it('say in which zones a service has endpoints', () => {
    const inputs = { serviceName: 'com.amazonaws.us-east-1.bedrock-runtime' }
    const found = call('aws:ec2/getVpcEndpointService:getVpcEndpointService', inputs)
    expect(found.availabilityZones).not.toContain('us-east-1c')
    expect(() => call('aws:ec2/getVpcEndpointService:getVpcEndpointService', { service: 'x' })).toThrow(
      'does not exist',
    )
    const list = call('aws:ec2/getPrefixList:getPrefixList', { name: 'com.amazonaws.us-east-1.s3' })
    expect(object({ list }, 'list')?.id).toBe('pl-63a5400a')
    expect(() => call('aws:ssm/getParameter:getParameter', { name: '/x' })).toThrow("couldn't find the parameter /x")
  })
})
