/** `aws.ec2transitgateway`: the gateway, its route tables and attachments. Who may reach whom is decided by these. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, flag, known, number, others, texts } from '../../resource/values.ts'
import { placeInterfaces } from './network-interfaces.ts'
import {
  ACCEPTER,
  ATTACHMENT,
  attachmentOf,
  attachmentState,
  seesTransitGateway,
  TRANSIT_GATEWAY,
} from './transit-gateway-state.ts'
import { requireSubnet, requireVpc } from './vpc.ts'

export const GATEWAY_ROUTE_TABLE = 'aws:ec2transitgateway/routeTable:RouteTable'

/** Route tables a gateway, by default. */
const ROUTE_TABLE_QUOTA = 20

const gateway: ResourceType = {
  type: TRANSIT_GATEWAY,
  inputs: [
    'description',
    'amazonSideAsn',
    'autoAcceptSharedAttachments',
    'defaultRouteTableAssociation',
    'defaultRouteTablePropagation',
    'dnsSupport',
    'securityGroupReferencingSupport',
    'vpnEcmpSupport',
    'tags',
  ],
  replaces: [],
  defaults: {
    amazonSideAsn: 64512,
    autoAcceptSharedAttachments: 'disable',
    defaultRouteTableAssociation: 'enable',
    defaultRouteTablePropagation: 'enable',
    dnsSupport: 'enable',
    securityGroupReferencingSupport: 'disable',
    vpnEcmpSupport: 'enable',
  },
  replacesWhen: (before, after) =>
    ['defaultRouteTableAssociation', 'defaultRouteTablePropagation'].filter(
      (name) => before[name] === 'disable' && after[name] !== 'disable',
    ),
  heldCode: 'IncorrectState',
  refuse({ inputs }) {
    // On, unless disabled: every spoke would reach every other. The path check knows declared tables only.
    for (const name of ['defaultRouteTableAssociation', 'defaultRouteTablePropagation'])
      if (inputs[name] !== 'disable')
        throw new UnsupportedError(`${name} "${inputs[name] ?? 'enable'}" of ${TRANSIT_GATEWAY}: set it to "disable"`)
    const asn = number(inputs, 'amazonSideAsn') ?? 64512
    if (!((asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294)))
      throw new AwsError('InvalidParameterValue', `Value (${asn}) for parameter AmazonSideAsn is invalid.`)
  },
  answer(situation) {
    const id = `tgw-0${situation.stableToken(16)}`
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `transit-gateway/${id}`),
        ownerId: situation.account,
        amazonSideAsn: number(situation.inputs, 'amazonSideAsn') ?? 64512,
        autoAcceptSharedAttachments: situation.inputs.autoAcceptSharedAttachments ?? 'disable',
        dnsSupport: situation.inputs.dnsSupport ?? 'enable',
        associationDefaultRouteTableId: '',
        propagationDefaultRouteTableId: '',
      },
    }
  },
}

/** The gateway, for its own account only: tables, accepters and routes are its owner's. */
function requireOwnGateway(situation: Situation, id: string): Declared {
  const found = situation.ledger.find(TRANSIT_GATEWAY, id)
  if (found?.account === situation.account && found.region === situation.region) return found
  throw new AwsError('InvalidTransitGatewayID.NotFound', `Transit Gateway ${id} was deleted or does not exist.`)
}

const routeTable: ResourceType = {
  type: GATEWAY_ROUTE_TABLE,
  inputs: ['transitGatewayId', 'tags'],
  required: ['transitGatewayId'],
  replaces: ['transitGatewayId'],
  heldCode: 'IncorrectState',
  refuse(situation) {
    const id = known(situation.inputs, 'transitGatewayId')
    requireOwnGateway(situation, id)
    if (
      others(situation, GATEWAY_ROUTE_TABLE).filter(({ inputs }) => inputs.transitGatewayId === id).length >=
      ROUTE_TABLE_QUOTA
    )
      throw new AwsError(
        'TransitGatewayRouteTableLimitExceeded',
        `Transit Gateway ${id} has ${ROUTE_TABLE_QUOTA} route tables.`,
      )
  },
  answer(situation) {
    const id = `tgw-rtb-0${situation.stableToken(16)}`
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `transit-gateway-route-table/${id}`),
        defaultAssociationRouteTable: false,
        defaultPropagationRouteTable: false,
      },
    }
  },
}

const DEFAULT_TABLES = [
  'transitGatewayDefaultRouteTableAssociation',
  'transitGatewayDefaultRouteTablePropagation',
] as const

const attachment: ResourceType = {
  type: ATTACHMENT,
  inputs: [
    'transitGatewayId',
    'vpcId',
    'subnetIds',
    'applianceModeSupport',
    'dnsSupport',
    'ipv6Support',
    'securityGroupReferencingSupport',
    ...DEFAULT_TABLES,
    'tags',
  ],
  required: ['transitGatewayId', 'vpcId', 'subnetIds'],
  replaces: ['transitGatewayId', 'vpcId'],
  defaults: {
    applianceModeSupport: 'disable',
    dnsSupport: 'enable',
    ipv6Support: 'disable',
    transitGatewayDefaultRouteTableAssociation: true,
    transitGatewayDefaultRouteTablePropagation: true,
  },
  // Routes to it become blackholes; an accepter adopted it.
  heldCode: 'IncorrectState',
  refuse(situation) {
    const { inputs, ledger, organization, account } = situation
    const gatewayId = known(inputs, 'transitGatewayId')
    const vpcId = known(inputs, 'vpcId')
    const shared = ledger.find(TRANSIT_GATEWAY, gatewayId)
    if (!shared || shared.region !== situation.region || !seesTransitGateway(ledger, organization, account, shared))
      throw new AwsError(
        'InvalidTransitGatewayID.NotFound',
        `Transit Gateway ${gatewayId} was deleted or does not exist.`,
      )
    requireVpc(situation, vpcId)
    const existing = attachmentOf(ledger, gatewayId, vpcId)
    if (existing && existing.urn !== situation.urn)
      throw new AwsError(
        'DuplicateTransitGatewayAttachment',
        `${gatewayId} has non-deleted Transit Gateway Attachments with same VPC ID.`,
      )
    refuseSubnets(situation, vpcId)
  },
  answer(situation) {
    const id = `tgw-attach-0${situation.stableToken(16)}`
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `transit-gateway-attachment/${id}`),
        vpcOwnerId: situation.account,
        applianceModeSupport: situation.inputs.applianceModeSupport ?? 'disable',
        dnsSupport: situation.inputs.dnsSupport ?? 'enable',
        ipv6Support: situation.inputs.ipv6Support ?? 'disable',
        ...defaultTables(situation),
        elasticNetworkInterfaces: placeInterfaces(situation, texts(situation.inputs, 'subnetIds'), []),
      },
    }
  },
}

function refuseSubnets(situation: Situation, vpcId: string): void {
  const subnetIds = texts(situation.inputs, 'subnetIds')
  if (subnetIds.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter subnetIds')
  const zones = new Map<unknown, string>()
  for (const subnetId of subnetIds) {
    const subnet = requireSubnet(situation, subnetId)
    if (subnet.outputs.vpcId !== vpcId)
      throw new AwsError('InvalidParameterValue', `Subnet ${subnetId} does not belong to VPC ${vpcId}.`)
    const zone = subnet.outputs.availabilityZoneId
    if (zones.has(zone))
      throw new AwsError('DuplicateSubnetsInSameZone', `Duplicate Subnets for same AZ: ${zones.get(zone)}, ${subnetId}`)
    zones.set(zone, subnetId)
  }
}

const defaultTables = ({ inputs }: Situation) =>
  Object.fromEntries(DEFAULT_TABLES.map((name) => [name, flag(inputs, name) ?? true]))

const accepter: ResourceType = {
  type: ACCEPTER,
  inputs: ['transitGatewayAttachmentId', ...DEFAULT_TABLES, 'tags'],
  required: ['transitGatewayAttachmentId'],
  replaces: ['transitGatewayAttachmentId'],
  defaults: { transitGatewayDefaultRouteTableAssociation: true, transitGatewayDefaultRouteTablePropagation: true },
  releases: ['transitGatewayAttachmentId'],
  heldCode: 'IncorrectState',
  refuse(situation) {
    const id = known(situation.inputs, 'transitGatewayAttachmentId')
    const found = situation.ledger.find(ATTACHMENT, id)
    const gatewayHere = found && situation.ledger.find(TRANSIT_GATEWAY, known(found.inputs, 'transitGatewayId'))
    if (!found || gatewayHere?.account !== situation.account)
      throw new AwsError(
        'InvalidTransitGatewayAttachmentID.NotFound',
        `Transit Gateway Attachment ${id} was deleted or does not exist.`,
      )
    const taken = others(situation, ACCEPTER, ['transitGatewayAttachmentId', id]).length > 0
    const waiting = situation.current !== undefined || attachmentState(situation.ledger, found) === 'pendingAcceptance'
    if (taken || !waiting) throw new AwsError('IncorrectState', `${id} is in invalid state: available`)
  },
  answer(situation) {
    const id = known(situation.inputs, 'transitGatewayAttachmentId')
    const outputs: Properties = situation.ledger.find(ATTACHMENT, id)?.outputs ?? {}
    const adopted = [
      'transitGatewayId',
      'vpcId',
      'vpcOwnerId',
      'subnetIds',
      'dnsSupport',
      'ipv6Support',
      'applianceModeSupport',
    ]
    return {
      id,
      outputs: {
        ...Object.fromEntries(adopted.map((name) => [name, outputs[name] ?? null])),
        ...defaultTables(situation),
      },
    }
  },
}

export const transitGateway: readonly ResourceType[] = [gateway, routeTable, attachment, accepter]
