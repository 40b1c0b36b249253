/** The ingress's network: attachment, share, security group. */
import type { PolicyStatement } from './document.ts'
import { ec2Arn, MADE_FOR_TENANT, OF_TENANT, type OnboardingScope } from './onboarding-scope.ts'

/** Reads that AWS grants for everything or nothing. */
export function describe(): readonly PolicyStatement[] {
  return [
    {
      Sid: 'Describe',
      Effect: 'Allow',
      Action: [
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroupRules',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeTransitGatewayVpcAttachments',
        'ec2:DescribeTransitGateways',
        'ec2:DescribeVpcs',
        // Polled after every association and propagation; IAM knows both without a resource.
        'ec2:GetTransitGatewayRouteTableAssociations',
        'ec2:GetTransitGatewayRouteTablePropagations',
        // Seen denied to a role that may read `alarm:*`.
        'cloudwatch:DescribeAlarms',
        'elasticloadbalancing:DescribeRules',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
        'logs:DescribeLogGroups',
      ],
      Resource: '*',
    },
  ]
}

/**
 * Acceptance, association with `spokes`, propagation into `hub`. A call names the attachment and the route table, and both
 * must be allowed. The provider deletes an accepted attachment by `DeleteTransitGatewayVpcAttachment`.
 */
export function attachment({ account, region, ...scope }: OnboardingScope): readonly PolicyStatement[] {
  const attachments = ec2Arn(region, account, 'transit-gateway-attachment/*')
  const routeTable = (id: string) => ec2Arn(region, account, `transit-gateway-route-table/${id}`)
  return [
    {
      // Nothing in the hub account is tagged on an attachment that waits: the tags of its owner are not shared.
      Sid: 'AcceptAttachment',
      Effect: 'Allow',
      Action: ['ec2:AcceptTransitGatewayVpcAttachment', 'ec2:CreateTags'],
      Resource: attachments,
      Condition: { Null: { 'aws:ResourceTag/project': 'true' }, StringEqualsIfExists: MADE_FOR_TENANT.StringEquals },
    },
    {
      Sid: 'OwnAttachment',
      Effect: 'Allow',
      Action: [
        'ec2:AssociateTransitGatewayRouteTable',
        'ec2:DeleteTransitGatewayVpcAttachment',
        'ec2:DisableTransitGatewayRouteTablePropagation',
        'ec2:DisassociateTransitGatewayRouteTable',
        'ec2:EnableTransitGatewayRouteTablePropagation',
      ],
      Resource: attachments,
      Condition: OF_TENANT,
    },
    {
      Sid: 'AssociateWithSpokes',
      Effect: 'Allow',
      Action: ['ec2:AssociateTransitGatewayRouteTable', 'ec2:DisassociateTransitGatewayRouteTable'],
      Resource: routeTable(scope.spokesRouteTableId),
    },
    {
      Sid: 'PropagateIntoHub',
      Effect: 'Allow',
      Action: [
        'ec2:DisableTransitGatewayRouteTablePropagation',
        'ec2:EnableTransitGatewayRouteTablePropagation',
        // Which blocks are taken, and how many tenants there are: read before anything is made.
        'ec2:SearchTransitGatewayRoutes',
      ],
      Resource: routeTable(scope.hubRouteTableId),
    },
    ...ownTags(region, account, ['transit-gateway-attachment', 'security-group', 'security-group-rule']),
  ]
}

/** A later change of tags: of what is the tenant's already, and it stays the tenant's. */
export function ownTags(region: string, account: string, kinds: readonly string[]): readonly PolicyStatement[] {
  const resources = kinds.map((kind) => ec2Arn(region, account, `${kind}/*`))
  return [
    {
      Sid: 'OwnTags',
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: resources,
      Condition: { ...OF_TENANT, StringEqualsIfExists: MADE_FOR_TENANT.StringEquals },
    },
    {
      Sid: 'OwnTagsRemoval',
      Effect: 'Allow',
      Action: 'ec2:DeleteTags',
      Resource: resources,
      Condition: { ...OF_TENANT, 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['tenant'] } },
    },
  ]
}

/** Account sharing: the tenant's account becomes a principal of the share; nothing else is added to what is shared. */
export function share({ resourceShareArn, transitGatewayArn }: OnboardingScope): readonly PolicyStatement[] {
  return [
    {
      Sid: 'ShareWithAccount',
      Effect: 'Allow',
      Action: ['ram:AssociateResourceShare', 'ram:DisassociateResourceShare'],
      Resource: resourceShareArn,
      Condition: {
        StringLikeIfExists: { 'ram:Principal': '????????????' },
        ArnEqualsIfExists: { 'ram:ResourceArn': transitGatewayArn },
      },
    },
    {
      Sid: 'ReadShares',
      Effect: 'Allow',
      Action: 'ram:GetResourceShareAssociations',
      Resource: '*',
    },
  ]
}

/**
 * At the shared model endpoint a tenant's ingress lets its own gateway in. EC2 knows no condition for what a rule lets in, nor whose rule
 * is revoked: only the group is bounded, and the tag of what is made.
 */
export function centralGroup({ account, region, centralSecurityGroupId }: OnboardingScope): readonly PolicyStatement[] {
  if (centralSecurityGroupId === undefined) return []
  const group = ec2Arn(region, account, `security-group/${centralSecurityGroupId}`)
  return [
    {
      Sid: 'SharedEndpoint',
      Effect: 'Allow',
      Action: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:ModifySecurityGroupRules', 'ec2:RevokeSecurityGroupIngress'],
      Resource: group,
    },
    {
      Sid: 'MakeSharedEndpointRules',
      Effect: 'Allow',
      Action: 'ec2:AuthorizeSecurityGroupIngress',
      Resource: ec2Arn(region, account, 'security-group-rule/*'),
      Condition: MADE_FOR_TENANT,
    },
  ]
}

/**
 * The tenant's own account is allowed to ask, and its own endpoint is accepted. EC2 knows no condition for either: only the service is
 * bounded. Whom a role of another tenant's let in has a connection, and still no token.
 */
export function gatewayEndpoint({ endpointServiceArn }: OnboardingScope): readonly PolicyStatement[] {
  if (endpointServiceArn === undefined) return []
  return [
    {
      Sid: 'GatewayEndpoint',
      Effect: 'Allow',
      Action: [
        'ec2:AcceptVpcEndpointConnections',
        'ec2:DescribeVpcEndpointServicePermissions',
        'ec2:ModifyVpcEndpointServicePermissions',
        'ec2:RejectVpcEndpointConnections',
      ],
      Resource: endpointServiceArn,
    },
    { Sid: 'LookAtConnections', Effect: 'Allow', Action: 'ec2:DescribeVpcEndpointConnections', Resource: '*' },
  ]
}

/** A group in the hub's VPC with rules going out; nothing may be let in. */
export function securityGroup({
  account,
  region,
  vpcId,
  privateSubnetIds,
  centralSecurityGroupId,
}: OnboardingScope): readonly PolicyStatement[] {
  const groups = ec2Arn(region, account, 'security-group/*')
  const rules = ec2Arn(region, account, 'security-group-rule/*')
  return [
    {
      Sid: 'GroupInHub',
      Effect: 'Allow',
      Action: 'ec2:CreateSecurityGroup',
      Resource: ec2Arn(region, account, `vpc/${vpcId}`),
    },
    {
      Sid: 'MakeGroup',
      Effect: 'Allow',
      Action: 'ec2:CreateSecurityGroup',
      Resource: groups,
      Condition: MADE_FOR_TENANT,
    },
    {
      Sid: 'OwnGroup',
      Effect: 'Allow',
      Action: [
        'ec2:AuthorizeSecurityGroupEgress',
        'ec2:DeleteSecurityGroup',
        'ec2:ModifySecurityGroupRules',
        'ec2:RevokeSecurityGroupEgress',
      ],
      Resource: groups,
      Condition: OF_TENANT,
    },
    {
      Sid: 'MakeRules',
      Effect: 'Allow',
      Action: 'ec2:AuthorizeSecurityGroupEgress',
      Resource: rules,
      Condition: MADE_FOR_TENANT,
    },
    {
      Sid: 'OwnRules',
      Effect: 'Allow',
      Action: 'ec2:ModifySecurityGroupRules',
      Resource: rules,
      Condition: OF_TENANT,
    },
    {
      Sid: 'TagWhatIsMade',
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: [groups, rules],
      Condition: {
        StringEquals: {
          'ec2:CreateAction': [
            'CreateSecurityGroup',
            'AuthorizeSecurityGroupEgress',
            ...(centralSecurityGroupId === undefined ? [] : ['AuthorizeSecurityGroupIngress']),
          ],
          ...MADE_FOR_TENANT.StringEquals,
        },
      },
    },
    {
      // The provider deletes the interfaces that Lambda left behind before it deletes their group.
      Sid: 'LeftInterfaces',
      Effect: 'Allow',
      Action: 'ec2:DeleteNetworkInterface',
      Resource: ec2Arn(region, account, 'network-interface/*'),
      Condition: {
        ArnEquals: { 'ec2:Subnet': privateSubnetIds.map((id) => ec2Arn(region, account, `subnet/${id}`)) },
      },
    },
  ]
}
