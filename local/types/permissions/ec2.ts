/** Security groups, and the Transit Gateway's side of an attachment. */
import type { Properties } from '../../ledger.ts'
import type { Permission, Situation } from '../resource-type.ts'
import { arn, known } from '../values.ts'
import { call, calls, newTags, ownTags, type Permissions, resourceTags, retag } from './permission.ts'

const TAGGING = { add: 'ec2:CreateTags', remove: 'ec2:DeleteTags' } as const

const ec2 = (situation: Situation, resource: string) => arn(situation, 'ec2', resource)

const securityGroup: Permissions = (operation, situation, { id }) => {
  const group = ec2(situation, `security-group/${id}`)
  const described = calls('ec2:DescribeSecurityGroups')
  if (operation === 'create')
    return [
      call('ec2:CreateSecurityGroup', ec2(situation, `vpc/${known(situation.inputs, 'vpcId')}`)),
      call('ec2:CreateSecurityGroup', group, newTags(situation)),
      call('ec2:CreateTags', group, { ...newTags(situation), 'ec2:CreateAction': 'CreateSecurityGroup' }),
      // The provider takes away the rule that lets everything out.
      call('ec2:RevokeSecurityGroupEgress', group, resourceTags(situation.inputs)),
      ...described,
    ]
  if (operation === 'read') return described
  if (operation === 'update') return [...retag(situation, TAGGING, group), ...described]
  // It looks for interfaces that Lambda left behind.
  return [...calls('ec2:DescribeNetworkInterfaces'), call('ec2:DeleteSecurityGroup', group, ownTags(situation))]
}

const securityGroupRule =
  (direction: 'Ingress' | 'Egress'): Permissions =>
  (operation, situation, { id }) => {
    const groupId = known(situation.inputs, 'securityGroupId')
    const group = ec2(situation, `security-group/${groupId}`)
    const rule = ec2(situation, `security-group-rule/${id}`)
    const ofGroup = resourceTags(situation.ledger.find('aws:ec2/securityGroup:SecurityGroup', groupId)?.outputs)
    const described = calls('ec2:DescribeSecurityGroupRules')
    const authorize = `AuthorizeSecurityGroup${direction}`
    if (operation === 'create')
      return [
        call(`ec2:${authorize}`, group, ofGroup),
        call(`ec2:${authorize}`, rule, newTags(situation)),
        call('ec2:CreateTags', rule, { ...newTags(situation), 'ec2:CreateAction': authorize }),
        ...described,
      ]
    if (operation === 'read') return described
    if (operation === 'update')
      return [
        call('ec2:ModifySecurityGroupRules', group, ofGroup),
        call('ec2:ModifySecurityGroupRules', rule, ownTags(situation)),
        ...retag(situation, TAGGING, rule),
        ...described,
      ]
    return [call(`ec2:RevokeSecurityGroup${direction}`, group, ofGroup)]
  }

const accepter: Permissions = (operation, situation) => {
  const attachment = attachmentArn(situation)
  const described = calls('ec2:DescribeTransitGatewayVpcAttachments', 'ec2:DescribeTransitGateways')
  if (operation === 'create')
    return [
      ...described,
      // Its owner's tags are not shared: it has none in this account.
      call('ec2:AcceptTransitGatewayVpcAttachment', attachment),
      call('ec2:CreateTags', attachment, newTags(situation)),
    ]
  if (operation === 'read') return described
  if (operation === 'update') return [...retag(situation, TAGGING, attachment), ...described]
  return [call('ec2:DeleteTransitGatewayVpcAttachment', attachment, ownTags(situation))]
}

/** Both the attachment and the route table have to be allowed. */
const inRouteTable =
  (add: string, remove: string, get: string): Permissions =>
  (operation, situation) => {
    const table = ec2(situation, `transit-gateway-route-table/${known(situation.inputs, 'transitGatewayRouteTableId')}`)
    const onBoth = (action: string): readonly Permission[] => [
      call(action, attachmentArn(situation), attachmentTags(situation)),
      call(action, table),
    ]
    if (operation === 'create') return [...onBoth(add), call(get, table)]
    if (operation === 'delete') return [...onBoth(remove), call(get, table)]
    return [call(get, table)]
  }

const attachmentArn = (situation: Situation) =>
  ec2(situation, `transit-gateway-attachment/${known(situation.inputs, 'transitGatewayAttachmentId')}`)

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

export const ec2Permissions: Readonly<Record<string, Permissions>> = {
  'aws:ec2/securityGroup:SecurityGroup': securityGroup,
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': securityGroupRule('Egress'),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': securityGroupRule('Ingress'),
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter': accepter,
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
