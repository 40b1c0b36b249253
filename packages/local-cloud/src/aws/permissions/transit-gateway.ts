/** The Transit Gateway: itself, its route tables, and both sides of an attachment. */
import type { Properties } from '../../ledger/ledger.ts'
import type { Permission, Situation } from '../../resource/resource-type.ts'
import { known, text, texts } from '../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from './ec2-call.ts'
import {
  call,
  calls,
  changed,
  later,
  lifeCycle,
  newTags,
  type Permissions,
  resourceTags,
  serviceLinkedRole,
  when,
} from './permission.ts'

const GATEWAY_OPTIONS = [
  'description',
  'amazonSideAsn',
  'autoAcceptSharedAttachments',
  'defaultRouteTableAssociation',
  'defaultRouteTablePropagation',
  'dnsSupport',
  'securityGroupReferencingSupport',
  'transitGatewayCidrBlocks',
  'vpnEcmpSupport',
]

const gateway = lifeCycle((situation, { id }) => {
  const resource = ec2Arn(situation, 'transit-gateway', id)
  return {
    create: creation(situation, 'CreateTransitGateway', resource),
    read: calls('ec2:DescribeTransitGateways'),
    update: [
      ...when(changed(situation, ...GATEWAY_OPTIONS), onOwn(situation, 'ModifyTransitGateway', resource)),
      ...ec2Retag(situation, resource),
    ],
    delete: [onOwn(situation, 'DeleteTransitGateway', resource), ...calls('ec2:DescribeTransitGateways')],
  }
})

const routeTable = lifeCycle((situation, { id }) => {
  const resource = ec2Arn(situation, 'transit-gateway-route-table', id)
  const ofGateway = ec2Arn(situation, 'transit-gateway', known(situation.inputs, 'transitGatewayId'))
  return {
    create: [
      call('ec2:CreateTransitGatewayRouteTable', ofGateway),
      ...creation(situation, 'CreateTransitGatewayRouteTable', resource),
    ],
    read: calls('ec2:DescribeTransitGatewayRouteTables'),
    update: ec2Retag(situation, resource),
    delete: [
      onOwn(situation, 'DeleteTransitGatewayRouteTable', resource),
      ...calls('ec2:DescribeTransitGatewayRouteTables'),
    ],
  }
})

/**
 * A gateway that is shared is another account's: what is shared with an account its own policies decide about, as RAM's
 * permission stands in for the owner's.
 */
const attachment = lifeCycle((situation, { id }) => {
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
})

function subnetChanges({ inputs, current }: Situation): readonly string[] {
  const before = texts(current?.inputs ?? {}, 'subnetIds')
  const after = texts(inputs, 'subnetIds')
  return [...after.filter((one) => !before.includes(one)), ...before.filter((one) => !after.includes(one))]
}

const accepter = lifeCycle((situation) => {
  const resource = attachmentArn(situation)
  return {
    create: [
      ...calls('ec2:DescribeTransitGatewayVpcAttachments', 'ec2:DescribeTransitGateways'),
      // Its owner's tags are not shared: it has none in this account.
      call('ec2:AcceptTransitGatewayVpcAttachment', resource),
      ...later(['tags'], call('ec2:CreateTags', resource, newTags(situation))),
    ],
    read: calls('ec2:DescribeTransitGatewayVpcAttachments', 'ec2:DescribeTransitGateways'),
    update: ec2Retag(situation, resource),
    delete: [
      onOwn(situation, 'DeleteTransitGatewayVpcAttachment', resource),
      ...calls('ec2:DescribeTransitGatewayVpcAttachments'),
    ],
  }
})

const tableOf = (situation: Situation) =>
  ec2Arn(situation, 'transit-gateway-route-table', known(situation.inputs, 'transitGatewayRouteTableId'))

/** Both the attachment and the route table have to be allowed. */
const inRouteTable = (add: string, remove: string, get: string): Permissions =>
  lifeCycle((situation) => {
    const table = tableOf(situation)
    const onBoth = (action: string): readonly Permission[] => [
      call(action, attachmentArn(situation), attachmentTags(situation)),
      call(action, table),
    ]
    // The provider polls the list of a route table, which IAM knows without a resource.
    return { create: onBoth(add), read: calls(get), delete: [...onBoth(remove), ...calls(get)] }
  })

const attachmentArn = (situation: Situation) =>
  ec2Arn(situation, 'transit-gateway-attachment', known(situation.inputs, 'transitGatewayAttachmentId'))

/** An attachment has the tags of the account that looks at it: its owner's, or those of who accepted it. */
function attachmentTags({ ledger, account, inputs }: Situation): Readonly<Record<string, string | readonly string[]>> {
  const id = known(inputs, 'transitGatewayAttachmentId')
  const seen = ['VpcAttachmentAccepter', 'VpcAttachment'].flatMap((name) => {
    const type = `aws:ec2transitgateway/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`
    return ledger.all(type).filter((one) => one.id === id && one.account === account)
  })
  const outputs: Properties | undefined = seen[0]?.outputs
  return resourceTags(outputs)
}

const route = lifeCycle((situation) => {
  const table = tableOf(situation)
  return {
    create: [
      call('ec2:CreateTransitGatewayRoute', table),
      ...(text(situation.inputs, 'transitGatewayAttachmentId') === undefined
        ? []
        : [call('ec2:CreateTransitGatewayRoute', attachmentArn(situation), attachmentTags(situation))]),
    ],
    read: [call('ec2:SearchTransitGatewayRoutes', table)],
    delete: [call('ec2:DeleteTransitGatewayRoute', table), call('ec2:SearchTransitGatewayRoutes', table)],
  }
})

export const transitGatewayPermissions: Readonly<Record<string, Permissions>> = {
  'aws:ec2transitgateway/transitGateway:TransitGateway': gateway,
  'aws:ec2transitgateway/routeTable:RouteTable': routeTable,
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment': attachment,
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter': accepter,
  'aws:ec2transitgateway/route:Route': route,
  'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation': inRouteTable(
    'ec2:AssociateTransitGatewayRouteTable',
    'ec2:DisassociateTransitGatewayRouteTable',
    'ec2:GetTransitGatewayRouteTableAssociations',
  ),
  'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation': inRouteTable(
    'ec2:EnableTransitGatewayRouteTablePropagation',
    'ec2:DisableTransitGatewayRouteTablePropagation',
    'ec2:GetTransitGatewayRouteTablePropagations',
  ),
}
