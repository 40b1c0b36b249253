/** The ingress's network: attachment, share, security group. */
import type { PolicyStatement } from './document.ts'
import { ec2Arn, MADE_FOR_TENANT, OF_TENANT, type OnboardingScope } from './onboarding-scope.ts'

/** Reads that IAM can allow for all resources only. */
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
        // The provider polls these after every association and propagation. IAM has no resource for them.
        'ec2:GetTransitGatewayRouteTableAssociations',
        'ec2:GetTransitGatewayRouteTablePropagations',
        // Reading was seen denied to a role that may read `alarm:*`.
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
 * Acceptance, association with `spokes`, propagation into `hub`. Each call names the attachment and the route table, and both must be allowed.
 * The provider deletes an accepted attachment with `DeleteTransitGatewayVpcAttachment`.
 */
export function attachment({ account, region, ...scope }: OnboardingScope): readonly PolicyStatement[] {
  const attachments = ec2Arn(region, account, 'transit-gateway-attachment/*')
  const routeTable = (id: string) => ec2Arn(region, account, `transit-gateway-route-table/${id}`)
  return [
    {
      // In the hub account, an attachment that waits for acceptance has no tags: its owner's tags are not shared.
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
        // Read before anything is made: which blocks are taken, and how many tenants there are.
        'ec2:SearchTransitGatewayRoutes',
      ],
      Resource: routeTable(scope.hubRouteTableId),
    },
    ...ownTags(region, account, ['transit-gateway-attachment', 'security-group', 'security-group-rule']),
  ]
}

/** Changes of tags, for resources that have the tenant's tag already; they must keep it. */
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

/** If the hub shares with single accounts, the tenant's account is added to the share; nothing else can be added to it. */
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
 * At the shared model endpoint, a tenant's ingress adds a rule that admits its own gateway. EC2 has no condition for what a rule admits, nor for
 * whose rule is revoked. So only the group is restricted, and the tag of a new rule.
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
 * The tenant's own account is allowed to ask for connections, and its own endpoint is accepted. EC2 has no condition for either, so only the
 * service is restricted. An account that was let in by misuse of this role has a connection, but no token.
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

/** A security group in the hub's VPC with outbound rules. Inbound rules cannot be made. */
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
      // Before the provider deletes a security group, it deletes the interfaces that Lambda left behind in it.
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
