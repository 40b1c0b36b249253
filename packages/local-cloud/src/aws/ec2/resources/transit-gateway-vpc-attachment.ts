/** `aws.ec2transitgateway.VpcAttachment`. */

import { AwsError } from '../../../errors.ts'
import { call, calls, changed, lifeCycle, serviceLinkedRole, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, text, texts } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { placeInterfaces } from '../network-interfaces.ts'
import { ATTACHMENT, attachmentOf, seesTransitGateway, TRANSIT_GATEWAY } from '../transit-gateway-state.ts'
import { requireSubnet } from './subnet.ts'
import { requireVpc } from './vpc.ts'

export const DEFAULT_TABLES = [
  'transitGatewayDefaultRouteTableAssociation',
  'transitGatewayDefaultRouteTablePropagation',
] as const

export const transitGatewayVpcAttachment: ResourceType = {
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
  // Routes to a deleted attachment become blackholes, and its accepter does not keep it.
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
  /**
   * A shared gateway belongs to another account. Only the caller's own policies are checked for it, because RAM's permission stands for the
   * owner's.
   */
  permissions: lifeCycle((situation, { id }) => {
    const { inputs } = situation
    const resource = ec2Arn(situation, 'transit-gateway-attachment', id)
    const shared = situation.ledger.find(
      'aws:ec2transitgateway/transitGateway:TransitGateway',
      known(inputs, 'transitGatewayId'),
    )
    const members = (names: readonly string[]) => names.map((name) => ec2Arn(situation, 'subnet', name))
    const action = 'ec2:CreateTransitGatewayVpcAttachment'
    return {
      create: [
        serviceLinkedRole(situation, 'transitgateway.amazonaws.com', 'AWSServiceRoleForVPCTransitGateway'),
        call(
          action,
          text(shared?.outputs ?? {}, 'arn') ?? ec2Arn(situation, 'transit-gateway', known(inputs, 'transitGatewayId')),
        ),
        call(action, ec2Arn(situation, 'vpc', known(inputs, 'vpcId'))),
        ...members(texts(inputs, 'subnetIds')).map((subnet) => call(action, subnet)),
        ...creation(situation, 'CreateTransitGatewayVpcAttachment', resource),
      ],
      read: calls('ec2:DescribeTransitGatewayVpcAttachments', 'ec2:DescribeTransitGateways'),
      update: [
        ...when(
          changed(situation, 'subnetIds', 'dnsSupport', 'ipv6Support', 'applianceModeSupport'),
          onOwn(situation, 'ModifyTransitGatewayVpcAttachment', resource),
          ...members(subnetChanges(situation)).map((subnet) => call('ec2:ModifyTransitGatewayVpcAttachment', subnet)),
        ),
        ...ec2Retag(situation, resource),
      ],
      delete: [
        onOwn(situation, 'DeleteTransitGatewayVpcAttachment', resource),
        ...calls('ec2:DescribeTransitGatewayVpcAttachments'),
      ],
    }
  }),
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

export const defaultTables = ({ inputs }: Situation) =>
  Object.fromEntries(DEFAULT_TABLES.map((name) => [name, flag(inputs, name) ?? true]))

function subnetChanges({ inputs, current }: Situation): readonly string[] {
  const before = texts(current?.inputs ?? {}, 'subnetIds')
  const after = texts(inputs, 'subnetIds')
  return [...after.filter((one) => !before.includes(one)), ...before.filter((one) => !after.includes(one))]
}
