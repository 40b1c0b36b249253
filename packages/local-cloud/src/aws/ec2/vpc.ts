/** `aws.ec2`: networks, subnets and internet gateways. */

import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Declared, LedgerView } from '../../ledger/ledger.ts'
import { contains, overlaps, parseCidr } from '../../network/cidr.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, flag, known, others, requireOwn, text } from '../../resource/values.ts'
import { networkInterfacesOf, SUBNET } from './network-interfaces.ts'
import { zonesOf } from './zones.ts'

export const VPC = 'aws:ec2/vpc:Vpc'
export const INTERNET_GATEWAY = 'aws:ec2/internetGateway:InternetGateway'

/** VPCs a region, by default. */
const VPC_QUOTA = 5
const LARGEST = 16
const SMALLEST = 28

export const requireVpc = (situation: Situation, id: string) =>
  requireOwn(situation, VPC, id, 'InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`)

export const requireSubnet = (situation: Situation, id: string) =>
  requireOwn(situation, SUBNET, id, 'InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`)

/** @throws AwsError as AWS refuses a block that is none, or whose size it does not allow. */
function requireBlock(cidrBlock: string, code: string): void {
  let prefix: number
  try {
    prefix = parseCidr(cidrBlock).prefix
  } catch {
    const message = `Value (${cidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`
    throw new AwsError('InvalidParameterValue', message)
  }
  if (prefix < LARGEST || prefix > SMALLEST) throw new AwsError(code, `The CIDR '${cidrBlock}' is invalid.`)
}

const vpc: ResourceType = {
  type: VPC,
  inputs: ['cidrBlock', 'enableDnsHostnames', 'enableDnsSupport', 'instanceTenancy', 'tags'],
  required: ['cidrBlock'],
  replaces: ['cidrBlock'],
  defaults: { enableDnsSupport: true, instanceTenancy: 'default' },
  refuse(situation) {
    const tenancy = text(situation.inputs, 'instanceTenancy') ?? 'default'
    if (tenancy !== 'default') throw new UnsupportedError(`instanceTenancy "${tenancy}" of ${VPC}`)
    requireBlock(known(situation.inputs, 'cidrBlock'), 'InvalidVpc.Range')
    if (others(situation, VPC).length >= VPC_QUOTA)
      throw new AwsError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
  },
  answer(situation) {
    const id = `vpc-0${situation.stableToken(16)}`
    const routeTableId = `rtb-0${situation.stableToken(16, 'main route table')}`
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `vpc/${id}`),
        ownerId: situation.account,
        instanceTenancy: 'default',
        enableDnsSupport: flag(situation.inputs, 'enableDnsSupport') ?? true,
        enableDnsHostnames: flag(situation.inputs, 'enableDnsHostnames') ?? false,
        enableNetworkAddressUsageMetrics: false,
        mainRouteTableId: routeTableId,
        defaultRouteTableId: routeTableId,
        defaultNetworkAclId: `acl-0${situation.stableToken(16, 'network acl')}`,
        defaultSecurityGroupId: `sg-0${situation.stableToken(16, 'security group')}`,
        dhcpOptionsId: `dopt-0${situation.stableToken(16, 'dhcp options')}`,
      },
    }
  },
}

const subnet: ResourceType = {
  type: SUBNET,
  inputs: ['vpcId', 'cidrBlock', 'availabilityZone', 'availabilityZoneId', 'mapPublicIpOnLaunch', 'tags'],
  required: ['vpcId', 'cidrBlock'],
  replaces: ['vpcId', 'cidrBlock', 'availabilityZone', 'availabilityZoneId'],
  defaults: { mapPublicIpOnLaunch: false },
  refuse(situation) {
    const { inputs } = situation
    const vpcId = known(inputs, 'vpcId')
    const cidrBlock = known(inputs, 'cidrBlock')
    const network = requireVpc(situation, vpcId)
    requireBlock(cidrBlock, 'InvalidSubnet.Range')
    if (!contains(known(network.outputs, 'cidrBlock'), cidrBlock))
      throw new AwsError('InvalidSubnet.Range', `The CIDR '${cidrBlock}' is invalid.`)
    for (const other of others(situation, SUBNET, ['vpcId', vpcId]))
      if (overlaps(known(other.inputs, 'cidrBlock'), cidrBlock))
        throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${cidrBlock}' conflicts with another subnet`)
    zoneOf(situation)
  },
  answer(situation) {
    const id = `subnet-0${situation.stableToken(16)}`
    const zone = zoneOf(situation)
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `subnet/${id}`),
        ownerId: situation.account,
        availabilityZone: zone.name,
        availabilityZoneId: zone.id,
        mapPublicIpOnLaunch: flag(situation.inputs, 'mapPublicIpOnLaunch') ?? false,
        assignIpv6AddressOnCreation: false,
        privateDnsHostnameTypeOnLaunch: 'ip-name',
      },
    }
  },
}

/** The named zone, or for a subnet without one the zone that AWS chooses. */
function zoneOf(situation: Situation) {
  const zones = zonesOf(situation.organization, situation.account, situation.region)
  const name = text(situation.inputs, 'availabilityZone')
  const id = text(situation.inputs, 'availabilityZoneId')
  if (name !== undefined && id !== undefined)
    throw new AwsError('InvalidParameterCombination', 'Specify availabilityZone or availabilityZoneId, not both.')
  const chosen = Number.parseInt(situation.stableToken(4, 'zone'), 16) % zones.length
  const zone =
    name === undefined && id === undefined
      ? zones[chosen]
      : zones.find((candidate) => candidate.name === name || candidate.id === id)
  if (zone) return zone
  const [parameter, allowed] = name
    ? ['availabilityZone', zones.map((z) => z.name)]
    : ['availabilityZoneId', zones.map((z) => z.id)]
  const message = `Value (${name ?? id}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${allowed.join(', ')}.`
  throw new AwsError('InvalidParameterValue', message)
}

function refuseAttachment(situation: Situation): void {
  const vpcId = text(situation.inputs, 'vpcId')
  if (vpcId === undefined) return
  requireVpc(situation, vpcId)
  if (others(situation, INTERNET_GATEWAY).some((other) => other.inputs.vpcId === vpcId))
    throw new AwsError('InvalidParameterValue', `Network ${vpcId} already has an internet gateway attached`)
}

/** An address that the internet reaches through the gateway keeps it. */
function refuseDetachment({ inputs }: Declared, ledger: LedgerView): void {
  const vpcId = text(inputs, 'vpcId')
  if (vpcId === undefined) return
  const subnets = new Set(ledger.where(SUBNET, 'vpcId', vpcId).map(({ id }) => id))
  const associated = new Set(ledger.all('aws:ec2/eipAssociation:EipAssociation').map((one) => one.inputs.instanceId))
  const mapped = ledger
    .all()
    .some((one) =>
      networkInterfacesOf(one).some(
        ({ subnetId, publicIp }) => subnets.has(subnetId) && (publicIp !== undefined || associated.has(one.id)),
      ),
    )
  if (mapped)
    throw new AwsError(
      'DependencyViolation',
      `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    )
}

const internetGateway: ResourceType = {
  type: INTERNET_GATEWAY,
  inputs: ['vpcId', 'tags'],
  replaces: [],
  afterwards: [{ inputs: ['vpcId'], refuse: refuseAttachment }],
  // Whoever has a public address may be on its way out: nothing that depends on the gateway tells the engine so.
  patient: true,
  refuseDelete: refuseDetachment,
  answer(situation) {
    const id = `igw-0${situation.stableToken(16)}`
    return { id, outputs: { arn: arn(situation, 'ec2', `internet-gateway/${id}`), ownerId: situation.account } }
  },
}

export const ec2Vpc: readonly ResourceType[] = [vpc, subnet, internetGateway]
