/** `aws.ec2transitgateway`: associations, propagations and routes of a gateway's tables. */

import { AwsError } from '../../errors.ts'
import type { Declared } from '../../ledger/ledger.ts'
import { parseCidr } from '../../network/cidr.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { flag, known, others, requireOwn, text } from '../../resource/values.ts'
import { GATEWAY_ROUTE_TABLE } from './transit-gateway.ts'
import { ATTACHMENT, attachmentState, TRANSIT_GATEWAY } from './transit-gateway-state.ts'

export const GATEWAY_ASSOCIATION = 'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation'
export const GATEWAY_PROPAGATION = 'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation'
export const GATEWAY_ROUTE = 'aws:ec2transitgateway/route:Route'

const requireTable = (situation: Situation): Declared => {
  const id = known(situation.inputs, 'transitGatewayRouteTableId')
  const message = `Transit Gateway Route Table ${id} was deleted or does not exist.`
  return requireOwn(situation, GATEWAY_ROUTE_TABLE, id, 'InvalidRouteTableID.NotFound', message)
}

/** An attachment of the table's own gateway, whichever account made it, that carries traffic. */
function requireAttachment(situation: Situation, table: Declared, id: string): Declared {
  const found = situation.ledger.find(ATTACHMENT, id)
  const gateway = found && situation.ledger.find(TRANSIT_GATEWAY, known(found.inputs, 'transitGatewayId'))
  if (!found || gateway?.account !== situation.account)
    throw new AwsError(
      'InvalidTransitGatewayAttachmentID.NotFound',
      `Transit Gateway Attachment ${id} was deleted or does not exist.`,
    )
  if (found.inputs.transitGatewayId !== table.inputs.transitGatewayId)
    throw new AwsError('InvalidParameterValue', `${id} and ${table.id} belong to different Transit Gateways.`)
  if (attachmentState(situation.ledger, found) !== 'available')
    throw new AwsError('IncorrectState', `${id} is in invalid state: pendingAcceptance`)
  return found
}

const association: ResourceType = {
  type: GATEWAY_ASSOCIATION,
  inputs: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId', 'replaceExistingAssociation'],
  required: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  replaces: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId', 'replaceExistingAssociation'],
  defaults: { replaceExistingAssociation: false },
  refuse(situation) {
    const attachmentId = known(situation.inputs, 'transitGatewayAttachmentId')
    requireAttachment(situation, requireTable(situation), attachmentId)
    const associated = situation.ledger
      .all(GATEWAY_ASSOCIATION)
      .some(({ urn, inputs }) => urn !== situation.urn && inputs.transitGatewayAttachmentId === attachmentId)
    if (associated && flag(situation.inputs, 'replaceExistingAssociation') !== true)
      throw new AwsError(
        'Resource.AlreadyAssociated',
        `Transit Gateway Attachment ${attachmentId} is already associated to a route table.`,
      )
  },
  answer: (situation) => ({ id: pairId(situation), outputs: attached(situation) }),
}

const propagation: ResourceType = {
  type: GATEWAY_PROPAGATION,
  inputs: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  required: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  replaces: ['transitGatewayAttachmentId', 'transitGatewayRouteTableId'],
  refuse(situation) {
    const attachmentId = known(situation.inputs, 'transitGatewayAttachmentId')
    const table = requireTable(situation)
    requireAttachment(situation, table, attachmentId)
    const same = others(situation, GATEWAY_PROPAGATION, ['transitGatewayAttachmentId', attachmentId]).some(
      ({ inputs }) => inputs.transitGatewayRouteTableId === table.id,
    )
    if (same)
      throw new AwsError(
        'TransitGatewayRouteTablePropagation.Duplicate',
        `Propagation for ${attachmentId} is already enabled in ${table.id}.`,
      )
  },
  answer: (situation) => ({ id: pairId(situation), outputs: attached(situation) }),
}

const pairId = ({ inputs }: Situation) =>
  `${known(inputs, 'transitGatewayRouteTableId')}_${known(inputs, 'transitGatewayAttachmentId')}`

const attached = ({ inputs, ledger }: Situation) => ({
  resourceId: ledger.find(ATTACHMENT, known(inputs, 'transitGatewayAttachmentId'))?.inputs.vpcId ?? null,
  resourceType: 'vpc',
})

const route: ResourceType = {
  type: GATEWAY_ROUTE,
  inputs: ['destinationCidrBlock', 'transitGatewayRouteTableId', 'transitGatewayAttachmentId', 'blackhole'],
  required: ['destinationCidrBlock', 'transitGatewayRouteTableId'],
  replaces: ['destinationCidrBlock', 'transitGatewayRouteTableId', 'transitGatewayAttachmentId', 'blackhole'],
  defaults: { blackhole: false },
  // A static route goes with its table, and becomes a blackhole without its attachment.
  releases: 'all',
  refuse(situation) {
    const destination = known(situation.inputs, 'destinationCidrBlock')
    const table = requireTable(situation)
    try {
      parseCidr(destination)
    } catch {
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${destination}) for parameter DestinationCidrBlock is invalid.`,
      )
    }
    const attachmentId = text(situation.inputs, 'transitGatewayAttachmentId')
    const blackhole = flag(situation.inputs, 'blackhole') ?? false
    if (blackhole === (attachmentId !== undefined))
      throw new AwsError(
        'InvalidParameterCombination',
        'Exactly one of blackhole and transitGatewayAttachmentId must be specified.',
      )
    if (attachmentId !== undefined) requireAttachment(situation, table, attachmentId)
    const same = others(situation, GATEWAY_ROUTE, ['destinationCidrBlock', destination]).some(
      ({ inputs }) => inputs.transitGatewayRouteTableId === table.id,
    )
    if (same)
      throw new AwsError(
        'RouteAlreadyExists',
        `Route ${destination} already exists in Transit Gateway Route Table ${table.id}.`,
      )
  },
  answer: ({ inputs }) => ({
    id: `${known(inputs, 'transitGatewayRouteTableId')}_${known(inputs, 'destinationCidrBlock')}`,
    outputs: { blackhole: flag(inputs, 'blackhole') ?? false },
  }),
}

export const transitGatewayRoutes: readonly ResourceType[] = [association, propagation, route]
