/** What a platform team's role in a tenant's account needs: the account part of a tenant's stack, and no more. */
import {
  accountLogGroupPrefix,
  flowLogsRoleName,
  invocationsRoleName,
  PREFIX,
  roleArn,
  tenantRoleName,
} from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

export interface DeployerScope {
  /** The account that the role is in. */
  readonly account: string
  readonly region: string
}

/** The role that the samples call `genai-deployer`. One managed policy. */
export function tenantDeployerPolicy(scope: DeployerScope): PolicyDocument {
  return policy(...network(scope), ...endpointAndAttachment(scope), ...roles(scope), ...records(scope, ANY_TENANT))
}

export interface PooledDeployerScope extends DeployerScope {
  readonly tenantId: string
  /** Of the one tenant that has the account's invocation log. */
  readonly invocationLog: boolean
}

/**
 * The role of one tenant's stack in an account that several share: roles and log groups by their names, and nothing that carries
 * another tenant's tag. What IAM cannot bound there is in docs/deployers.md.
 */
export function pooledDeployerPolicy({ tenantId, invocationLog, ...scope }: PooledDeployerScope): PolicyDocument {
  const own = [tenantRoleName, flowLogsRoleName, invocationsRoleName].map((name) => name(tenantId))
  return policy(
    ...network(scope),
    ...endpointAndAttachment(scope),
    findTenants,
    manageRoles(scope, own),
    // What its neighbours said of sharing the account is on their roles.
    allow('LookAtNeighbours', ['iam:GetRole'], roleArn(scope.account, tenantRoleName('*'))),
    passRoles(scope, PASSED_TO, own),
    ...records(scope, { logGroups: `${accountLogGroupPrefix(tenantId)}*`, invocationLog }),
    {
      // Whatever is allowed above by the account's network or by an id that AWS chooses.
      Sid: 'NothingOfNeighbours',
      Effect: 'Deny',
      NotAction: ['iam:GetRole'],
      Resource: '*',
      Condition: {
        StringNotEquals: { 'aws:ResourceTag/tenant': tenantId },
        Null: { 'aws:ResourceTag/tenant': 'false' },
      },
    },
    {
      // Nor is anything made, or tagged anew, as a neighbour's.
      Sid: 'NothingAsNeighbours',
      Effect: 'Deny',
      Action: ['ec2:*', 'bedrock:*', 'iam:TagRole', 'logs:TagResource', 'oam:*'],
      Resource: '*',
      Condition: {
        StringNotEquals: { 'aws:RequestTag/tenant': tenantId },
        Null: { 'aws:RequestTag/tenant': 'false' },
      },
    },
  )
}

const ANY_TENANT = { logGroups: `/${PREFIX}/*`, invocationLog: true }

const PASSED_TO = ['bedrock.amazonaws.com', 'vpc-flow-logs.amazonaws.com']

// Which tenants the account has: IAM knows it without a resource.
const findTenants = allow('FindTenants', ['iam:ListRoles'])

const ec2 = (...names: readonly string[]) => of('ec2', ...names)

function network({ account, region }: DeployerScope): readonly PolicyStatement[] {
  return [
    allow('Look', ['ec2:Describe*']),
    // Without internet gateway, NAT or peering: the tenant's VPC has one way out, and the guard rails keep it so.
    allow(
      'Network',
      [
        ...ec2('AssociateRouteTable', 'AuthorizeSecurityGroupIngress', 'CreateFlowLogs', 'CreateRoute'),
        ...ec2('CreateRouteTable', 'CreateSecurityGroup', 'CreateSubnet', 'CreateTags', 'CreateVpc', 'DeleteFlowLogs'),
        ...ec2('DeleteRoute', 'DeleteRouteTable', 'DeleteSecurityGroup', 'DeleteSubnet', 'DeleteTags', 'DeleteVpc'),
        ...ec2('DisassociateRouteTable', 'ModifySecurityGroupRules', 'ModifyVpcAttribute', 'ReplaceRoute'),
        ...ec2('ReplaceRouteTableAssociation', 'RevokeSecurityGroupEgress', 'RevokeSecurityGroupIngress'),
      ],
      `arn:aws:ec2:${region}:${account}:*`,
    ),
  ]
}

function endpointAndAttachment({ account, region }: DeployerScope): readonly PolicyStatement[] {
  return [
    allow(
      'ModelEndpoint',
      ec2('CreateVpcEndpoint', 'DeleteVpcEndpoints', 'ModifyVpcEndpoint'),
      `arn:aws:ec2:${region}:${account}:*`,
    ),
    allow(
      'Attachment',
      ec2(
        'CreateTransitGatewayVpcAttachment',
        'DeleteTransitGatewayVpcAttachment',
        'ModifyTransitGatewayVpcAttachment',
      ),
      `arn:aws:ec2:${region}:${account}:*`,
    ),
    // The hub's own, shared with this account.
    allow('AttachToHub', ec2('CreateTransitGatewayVpcAttachment'), `arn:aws:ec2:${region}:*:transit-gateway/*`),
    serviceLinkedRole(account, 'transitgateway.amazonaws.com'),
    // Account sharing only: inside an organisation there is no invitation.
    allow('AcceptShare', ['ram:AcceptResourceShareInvitation'], `arn:aws:ram:${region}:*:resource-share-invitation/*`),
    allow('LeaveShare', ['ram:DisassociateResourceShare'], `arn:aws:ram:${region}:*:resource-share/*`),
    allow('LookAtShares', ['ram:GetResourceShareInvitations', 'ram:GetResourceShares', 'ram:ListResources']),
  ]
}

/** An account's first use of a service makes its role. */
export const serviceLinkedRole = (account: string, service: string): PolicyStatement => ({
  Sid: `FirstUseOf${service.replace(/[^a-z].*/, '')}`,
  Effect: 'Allow',
  Action: 'iam:CreateServiceLinkedRole',
  Resource: `arn:aws:iam::${account}:role/aws-service-role/${service}/*`,
  Condition: { StringEquals: { 'iam:AWSServiceName': service } },
})

const iam = (...names: readonly string[]) => names.map((name) => `iam:${name}`)

/** A right to write a role's policy is a right to grant that role anything. This policy cannot bound it; service control policies do. */
export const manageRoles = ({ account }: DeployerScope, names: readonly string[] = [`${PREFIX}-*`]): PolicyStatement =>
  allow(
    'Roles',
    [
      ...iam('CreateRole', 'DeleteRole', 'DeleteRolePolicy', 'GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies'),
      ...iam('ListInstanceProfilesForRole', 'ListRolePolicies', 'PutRolePolicy', 'TagRole', 'UntagRole'),
      ...iam('UpdateAssumeRolePolicy', 'UpdateRole', 'UpdateRoleDescription'),
    ],
    arnsOf(account, names),
  )

/** One as text, as it always was. */
function arnsOf(account: string, names: readonly string[]): string | readonly string[] {
  const arns = names.map((name) => roleArn(account, name))
  const [only, ...others] = arns
  return others.length === 0 && only !== undefined ? only : arns
}

export const passRoles = (
  { account }: DeployerScope,
  services: readonly string[],
  names: readonly string[] = [`${PREFIX}-*`],
): PolicyStatement => ({
  Sid: 'PassRoles',
  Effect: 'Allow',
  Action: 'iam:PassRole',
  Resource: arnsOf(account, names),
  Condition: { StringEquals: { 'iam:PassedToService': services } },
})

const roles = (scope: DeployerScope): readonly PolicyStatement[] => [
  findTenants,
  manageRoles(scope),
  passRoles(scope, PASSED_TO),
]

/** @param names patterns that end in `*`: CloudWatch Logs checks some calls against what follows a group's name */
export const manageLogGroups = (
  { account, region }: DeployerScope,
  names: readonly string[],
): readonly PolicyStatement[] => [
  // Groups are found by listing, which IAM knows without a resource.
  allow('FindLogGroups', ['logs:DescribeLogGroups']),
  allow(
    'LogGroups',
    [
      'logs:CreateLogGroup',
      'logs:DeleteLogGroup',
      'logs:DeleteRetentionPolicy',
      'logs:ListTagsForResource',
      'logs:PutRetentionPolicy',
      'logs:TagResource',
      'logs:UntagResource',
    ],
    names.map((name) => `arn:aws:logs:${region}:${account}:log-group:${name}`),
  ),
]

const records = (scope: DeployerScope, { logGroups, invocationLog }: typeof ANY_TENANT): readonly PolicyStatement[] => [
  // A preview asks whether Bedrock has the tenant's models.
  allow('LookAtModels', ['bedrock:GetFoundationModel'], `arn:aws:bedrock:${scope.region}::foundation-model/*`),
  allow(
    'LookAtProfiles',
    ['bedrock:GetInferenceProfile'],
    `arn:aws:bedrock:${scope.region}:${scope.account}:inference-profile/*`,
  ),
  ...manageLogGroups(scope, [logGroups]),
  // The account's one configuration, with modelInvocationLogging only: it has no ARN.
  ...(invocationLog
    ? [
        allow('InvocationLogging', [
          'bedrock:DeleteModelInvocationLoggingConfiguration',
          'bedrock:GetModelInvocationLoggingConfiguration',
          'bedrock:PutModelInvocationLoggingConfiguration',
        ]),
      ]
    : []),
  // With shareMetrics only: to the sink of the hub's account.
  allow('ShareMetrics', ['cloudwatch:Link']),
  allow('LinkToHub', ['oam:CreateLink'], `arn:aws:oam:${scope.region}:*:sink/*`),
  allow(
    'MetricsLink',
    of('oam', 'DeleteLink', 'GetLink', 'ListTagsForResource', 'TagResource', 'UntagResource', 'UpdateLink'),
    `arn:aws:oam:${scope.region}:${scope.account}:link/*`,
  ),
  // With guardrail only, made of rules. Whatever is made has no ARN before.
  allow('MakeGuardrail', ['bedrock:CreateGuardrail']),
  allow(
    'Guardrail',
    [
      'bedrock:CreateGuardrailVersion',
      'bedrock:DeleteGuardrail',
      'bedrock:GetGuardrail',
      'bedrock:ListTagsForResource',
      'bedrock:TagResource',
      'bedrock:UntagResource',
      'bedrock:UpdateGuardrail',
    ],
    `arn:aws:bedrock:${scope.region}:${scope.account}:guardrail/*`,
  ),
]
