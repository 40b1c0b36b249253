/** `aws.ec2.Route`. */

import { contains, parseCidr } from '../../../cidr.ts'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, others, requireOwn, text } from '../../../resource/values.ts'
import { prefixListName } from '../prefix-lists.ts'
import { attachmentOf, attachmentState } from '../transit-gateway-state.ts'
import { INTERNET_GATEWAY } from './internet-gateway.ts'
import { NAT_GATEWAY } from './nat-gateway.ts'
import { tableOf, vpcOfTable } from './route-table.ts'
import { requireSubnet } from './subnet.ts'
import { requireVpc } from './vpc.ts'

export const ROUTE = 'aws:ec2/route:Route'

const TARGETS = ['gatewayId', 'natGatewayId', 'transitGatewayId'] as const

const DESTINATIONS = ['destinationCidrBlock', 'destinationPrefixListId'] as const

export const route: ResourceType = {
  type: ROUTE,
  inputs: ['routeTableId', ...DESTINATIONS, ...TARGETS],
  required: ['routeTableId'],
  replaces: ['routeTableId', ...DESTINATIONS],
  // Deleting a table deletes its routes. A route whose target was deleted stays as a blackhole.
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
  permissions: lifeCycle((situation) => ({
    create: [call('ec2:CreateRoute', tableOf(situation))],
    read: calls('ec2:DescribeRouteTables'),
    update: [call('ec2:ReplaceRoute', tableOf(situation))],
    delete: [call('ec2:DeleteRoute', tableOf(situation))],
  })),
  importId: {
    format: 'ROUTETABLE_DESTINATION',
    pattern: /^[^_]+_[^_]+$/,
    of: ({ inputs }) => {
      const destination = text(inputs, 'destinationCidrBlock') ?? idPart(inputs, 'destinationPrefixListId')
      return [`${idPart(inputs, 'routeTableId')}_${destination}`]
    },
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
    // AWS gives the same answer for a gateway that is not shared, not attached, or attached and not yet accepted.
    const attachment = attachmentOf(situation.ledger, value, vpcId)
    if (!attachment || attachmentState(situation.ledger, attachment) !== 'available')
      throw new AwsError('InvalidTransitGatewayID.NotFound', `The transitGateway ID '${value}' does not exist.`)
  }
}
