/** `aws.ec2`: route tables, their associations and routes, NAT gateways. */

import { AwsError, UnsupportedError } from '../../errors.ts'
import { contains, parseCidr } from '../../network/cidr.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, known, others, own, requireOwn, text } from '../../resource/values.ts'
import { placeInterfaces } from './network-interfaces.ts'
import { prefixListName } from './prefix-lists.ts'
import { attachmentOf, attachmentState } from './transit-gateway-state.ts'
import { INTERNET_GATEWAY, requireSubnet, requireVpc } from './vpc.ts'

export const ROUTE_TABLE = 'aws:ec2/routeTable:RouteTable'
export const ROUTE = 'aws:ec2/route:Route'
export const NAT_GATEWAY = 'aws:ec2/natGateway:NatGateway'
const ASSOCIATION = 'aws:ec2/routeTableAssociation:RouteTableAssociation'
const EIP = 'aws:ec2/eip:Eip'

/** The VPC of a declared route table, or of a VPC's own main table. */
function vpcOfTable(situation: Situation, routeTableId: string): string {
  const declared = own(situation, ROUTE_TABLE, routeTableId)
  if (declared) return known(declared.outputs, 'vpcId')
  const main = situation.ledger.findBy('aws:ec2/vpc:Vpc', 'mainRouteTableId', routeTableId)
  if (main?.account === situation.account) return main.id
  throw new AwsError('InvalidRouteTableID.NotFound', `The routeTable ID '${routeTableId}' does not exist`)
}

const routeTable: ResourceType = {
  type: ROUTE_TABLE,
  inputs: ['vpcId', 'tags'],
  required: ['vpcId'],
  replaces: ['vpcId'],
  refuse: (situation) => void requireVpc(situation, known(situation.inputs, 'vpcId')),
  answer(situation) {
    const id = `rtb-0${situation.stableToken(16)}`
    return { id, outputs: { arn: arn(situation, 'ec2', `route-table/${id}`), ownerId: situation.account } }
  },
}

const association: ResourceType = {
  type: ASSOCIATION,
  inputs: ['subnetId', 'routeTableId'],
  required: ['subnetId', 'routeTableId'],
  replaces: ['subnetId'],
  releases: ['subnetId'],
  refuse(situation) {
    const subnetId = known(situation.inputs, 'subnetId')
    const routeTableId = known(situation.inputs, 'routeTableId')
    const network = vpcOfTable(situation, routeTableId)
    if (requireSubnet(situation, subnetId).outputs.vpcId !== network)
      throw new AwsError(
        'InvalidParameterValue',
        `Route table ${routeTableId} and subnet ${subnetId} belong to different networks`,
      )
    if (others(situation, ASSOCIATION, ['subnetId', subnetId]).length > 0)
      throw new AwsError(
        'Resource.AlreadyAssociated',
        `the specified association for route table ${routeTableId} conflicts with an existing association`,
      )
  },
  answer: (situation) => ({ id: `rtbassoc-0${situation.stableToken(16)}`, outputs: {} }),
}

const TARGETS = ['gatewayId', 'natGatewayId', 'transitGatewayId'] as const
const DESTINATIONS = ['destinationCidrBlock', 'destinationPrefixListId'] as const

const route: ResourceType = {
  type: ROUTE,
  inputs: ['routeTableId', ...DESTINATIONS, ...TARGETS],
  required: ['routeTableId'],
  replaces: ['routeTableId', ...DESTINATIONS],
  // A route goes with its table; one whose target went stays as a blackhole.
  releases: 'all',
  refuse(situation) {
    const routeTableId = known(situation.inputs, 'routeTableId')
    const vpcId = vpcOfTable(situation, routeTableId)
    const destination = onlyOne(situation, DESTINATIONS)
    const target = onlyOne(situation, TARGETS)
    refuseDestination(situation, vpcId, destination)
    for (const other of others(situation, ROUTE, ['routeTableId', routeTableId]))
      if (DESTINATIONS.some((name) => text(other.inputs, name) === destination.value))
        throw new AwsError('RouteAlreadyExists', `The route identified by ${destination.value} already exists.`)
    refuseTarget(situation, vpcId, routeTableId, target)
  },
  answer(situation) {
    const id = `r-${text(situation.inputs, 'routeTableId')}${situation.stableToken(10)}`
    return { id, outputs: { origin: 'CreateRoute', state: 'active' } }
  },
}

interface Chosen {
  readonly name: string
  readonly value: string
}

function onlyOne(situation: Situation, names: readonly string[]): Chosen {
  const chosen = names.flatMap((name) => {
    const value = text(situation.inputs, name)
    return value === undefined ? [] : [{ name, value }]
  })
  if (chosen.length === 1 && chosen[0]) return chosen[0]
  const got = chosen.length === 0 ? 'none' : chosen.map(({ name }) => name).join(', ')
  throw new AwsError('InvalidParameterCombination', `one of ${names.join(', ')} must be specified, got ${got}`)
}

function refuseDestination(situation: Situation, vpcId: string, { name, value }: Chosen): void {
  if (name === 'destinationPrefixListId') {
    if (prefixListName(situation.region, value) === undefined)
      throw new AwsError('InvalidPrefixListID.NotFound', `The prefix list ID '${value}' does not exist`)
    return
  }
  try {
    parseCidr(value)
  } catch {
    const message = `Value (${value}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`
    throw new AwsError('InvalidParameterValue', message)
  }
  const local = known(requireVpc(situation, vpcId).outputs, 'cidrBlock')
  if (contains(local, value))
    throw new AwsError(
      'InvalidParameterValue',
      `The destination CIDR block ${value} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    )
}

function refuseTarget(situation: Situation, vpcId: string, routeTableId: string, { name, value }: Chosen): void {
  if (name === 'gatewayId') {
    if (!value.startsWith('igw-')) throw new UnsupportedError(`gatewayId "${value}" of ${ROUTE}`)
    const gateway = requireOwn(
      situation,
      INTERNET_GATEWAY,
      value,
      'InvalidGatewayID.NotFound',
      `The gateway ID '${value}' does not exist`,
    )
    if (gateway.inputs.vpcId !== vpcId)
      throw new AwsError(
        'InvalidParameterValue',
        `route table ${routeTableId} and network gateway ${value} belong to different networks`,
      )
  } else if (name === 'natGatewayId') {
    const gateway = requireOwn(
      situation,
      NAT_GATEWAY,
      value,
      'InvalidNatGatewayID.NotFound',
      `The natGateway ID '${value}' does not exist`,
    )
    if (requireSubnet(situation, known(gateway.outputs, 'subnetId')).outputs.vpcId !== vpcId)
      throw new AwsError(
        'InvalidParameterValue',
        `route table ${routeTableId} and network gateway ${value} belong to different networks`,
      )
  } else {
    // AWS answers the same for a gateway that is not shared, not attached, or attached and not accepted yet.
    const attachment = attachmentOf(situation.ledger, value, vpcId)
    if (!attachment || attachmentState(situation.ledger, attachment) !== 'available')
      throw new AwsError('InvalidTransitGatewayID.NotFound', `The transitGateway ID '${value}' does not exist.`)
  }
}

const natGateway: ResourceType = {
  type: NAT_GATEWAY,
  inputs: ['subnetId', 'allocationId', 'connectivityType', 'tags'],
  required: ['subnetId'],
  replaces: ['subnetId', 'allocationId', 'connectivityType'],
  defaults: { connectivityType: 'public' },
  refuse(situation) {
    const { inputs } = situation
    const kind = text(inputs, 'connectivityType') ?? 'public'
    if (kind !== 'public') throw new UnsupportedError(`connectivityType "${kind}" of ${NAT_GATEWAY}`)
    const subnet = requireSubnet(situation, known(inputs, 'subnetId'))
    const allocationId = known(inputs, 'allocationId')
    requireOwn(
      situation,
      EIP,
      allocationId,
      'InvalidAllocationID.NotFound',
      `The allocation ID '${allocationId}' does not exist`,
    )
    const taken = [...others(situation, NAT_GATEWAY), ...others(situation, 'aws:ec2/eipAssociation:EipAssociation')]
    if (taken.some((other) => other.inputs.allocationId === allocationId))
      throw new AwsError('Resource.AlreadyAssociated', `resource ${allocationId} is already associated`)
    if (!others(situation, INTERNET_GATEWAY).some((gateway) => gateway.inputs.vpcId === subnet.outputs.vpcId))
      throw new AwsError('Gateway.NotAttached', `Network ${subnet.outputs.vpcId} has no Internet gateway attached`)
  },
  answer(situation) {
    const id = `nat-0${situation.stableToken(16)}`
    const allocation = own(situation, EIP, known(situation.inputs, 'allocationId'))
    const publicIp = allocation?.outputs.publicIp ?? null
    const interfaces = placeInterfaces(situation, [known(situation.inputs, 'subnetId')], [])
    const placed = interfaces.map((one) => (typeof publicIp === 'string' ? { ...one, publicIp } : one))
    return {
      id,
      outputs: {
        connectivityType: 'public',
        publicIp,
        privateIp: placed[0]?.privateIp ?? null,
        networkInterfaceId: placed[0]?.id ?? null,
        associationId: `eipassoc-0${situation.stableToken(16, 'association')}`,
        elasticNetworkInterfaces: placed,
      },
    }
  },
}

export const ec2Routing: readonly ResourceType[] = [routeTable, association, route, natGateway]
