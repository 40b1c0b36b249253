/** The permissions of the platform team's deployer in a tenant's account: for the account part of a tenant's stack, and no more. */
import {
  accountLogGroupPrefix,
  flowLogsRoleName,
  invocationsRoleName,
  PREFIX,
  policyArn,
  roleArn,
  tenantBoundaryName,
  tenantRoleName,
} from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'
import { nothingOfNeighbours } from './tenant-boundary.ts'

export interface DeployerScope {
  /** The account of the role. */
  readonly account: string
  readonly region: string
}

/** The role that the samples call `genai-deployer`. It has one managed policy. */
export function tenantDeployerPolicy(scope: DeployerScope): PolicyDocument {
  return policy(
    ...network(scope),
    ...endpointAndAttachment(scope),
    ...invitation(scope),
    ...roles(scope),
    ...records(scope, ANY_TENANT),
  )
}

export interface PooledDeployerScope extends DeployerScope {
  readonly tenantId: string
  /** Whether this is the one tenant that has the account's invocation log. */
  readonly invocationLog: boolean
}

/**
 * The role for one tenant's stack in an account that several tenants share. It covers the tenant's roles and log groups by their names, makes roles
 * only with the tenant's boundary, and is denied everything with another tenant's tag. docs/deployers.md says what IAM cannot restrict there.
 */
export function pooledDeployerPolicy({ tenantId, invocationLog, ...scope }: PooledDeployerScope): PolicyDocument {
  const ofServices = [flowLogsRoleName(tenantId), invocationsRoleName(tenantId)]
  const own = [tenantRoleName(tenantId), ...ofServices]
  return policy(
    ...network(scope),
    ...endpointAndAttachment(scope),
    findTenants,
    ...boundedRoles(scope, tenantId, own),
    // Tags on the other tenants' roles say what these have set about sharing.
    allow('LookAtNeighbours', ['iam:GetRole'], roleArn(scope.account, tenantRoleName('*'))),
    passRoles(scope, PASSED_TO, ofServices),
    ...records(scope, { logGroups: `${accountLogGroupPrefix(tenantId)}*`, invocationLog }),
    // Denies other tenants' resources in the statements above that are not restricted by names, because AWS chooses the ids.
    nothingOfNeighbours(tenantId, { NotAction: ['iam:GetRole'] }),
    {
      // It may also not make or tag a resource as another tenant's.
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

// Lists the account's tenants. IAM has no resource for it.
const findTenants = allow('FindTenants', ['iam:ListRoles'])

const ec2 = (...names: readonly string[]) => of('ec2', ...names)

function network({ account, region }: DeployerScope): readonly PolicyStatement[] {
  return [
    allow('Look', ['ec2:Describe*']),
    // Without internet gateway, NAT gateway or peering: the tenant's VPC has one way out, and the guard rails prevent others.
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
    // The hub's Transit Gateway, which is shared with this account.
    allow('AttachToHub', ec2('CreateTransitGatewayVpcAttachment'), `arn:aws:ec2:${region}:*:transit-gateway/*`),
    serviceLinkedRole(account, 'transitgateway.amazonaws.com'),
  ]
}

/** Needed only if the hub shares with single accounts: inside an organisation there is no invitation, and tenants that share an account have none. */
const invitation = ({ region }: DeployerScope): readonly PolicyStatement[] => [
  allow('AcceptShare', ['ram:AcceptResourceShareInvitation'], `arn:aws:ram:${region}:*:resource-share-invitation/*`),
  allow('LeaveShare', ['ram:DisassociateResourceShare'], `arn:aws:ram:${region}:*:resource-share/*`),
  allow('LookAtShares', ['ram:GetResourceShareInvitations', 'ram:GetResourceShares', 'ram:ListResources']),
]

/** The first use of a service in an account makes its service-linked role. */
export const serviceLinkedRole = (account: string, service: string): PolicyStatement => ({
  Sid: `FirstUseOf${service.replace(/[^a-z].*/, '')}`,
  Effect: 'Allow',
  Action: 'iam:CreateServiceLinkedRole',
  Resource: `arn:aws:iam::${account}:role/aws-service-role/${service}/*`,
  Condition: { StringEquals: { 'iam:AWSServiceName': service } },
})

const iam = (...names: readonly string[]) => of('iam', ...names)

/** Calls that give a role no permission. */
const KEEP_ROLES = [
  ...iam('DeleteRole', 'GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListInstanceProfilesForRole'),
  ...iam('ListRolePolicies', 'TagRole', 'UntagRole', 'UpdateAssumeRolePolicy', 'UpdateRole', 'UpdateRoleDescription'),
]

/** Whoever may write a role's policy can grant the role anything. This policy cannot restrict that; service control policies do. */
export const manageRoles = ({ account }: DeployerScope): PolicyStatement =>
  allow(
    'Roles',
    [...KEEP_ROLES, ...iam('CreateRole', 'DeleteRolePolicy', 'PutRolePolicy')].sort(),
    roleArn(account, `${PREFIX}-*`),
  )

/** The deployer may write any policy for these roles, but only with the boundary, which it can attach, and neither detach nor change. */
function boundedRoles(
  { account }: DeployerScope,
  tenantId: string,
  names: readonly string[],
): readonly PolicyStatement[] {
  const arns = names.map((name) => roleArn(account, name))
  const boundary = policyArn(account, tenantBoundaryName(tenantId))
  return [
    {
      Sid: 'BoundedRoles',
      Effect: 'Allow',
      Action: iam('CreateRole', 'DeleteRolePolicy', 'PutRolePermissionsBoundary', 'PutRolePolicy'),
      Resource: arns,
      Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
    },
    allow('Roles', KEEP_ROLES, arns),
    lookAtBoundary(account, tenantId),
  ]
}

/** The preview of a tenant that shares its account checks that the boundary exists. */
const lookAtBoundary = (account: string, tenantId: string) =>
  allow('LookAtBoundary', iam('GetPolicy', 'GetPolicyVersion'), policyArn(account, tenantBoundaryName(tenantId)))

/** A single ARN is returned as a text, as in earlier versions. */
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
  // A tenant that is about to share its account, or shares it no longer: its roles are bounded while it does.
  allow(
    'BoundRoles',
    iam('DeleteRolePermissionsBoundary', 'PutRolePermissionsBoundary'),
    roleArn(scope.account, `${PREFIX}-*`),
  ),
  lookAtBoundary(scope.account, '*'),
  passRoles(scope, PASSED_TO),
]

/** @param names patterns that end with `*`: for some calls CloudWatch Logs checks an ARN with a part after the group's name */
export const manageLogGroups = (
  { account, region }: DeployerScope,
  names: readonly string[],
): readonly PolicyStatement[] => [
  // The provider finds a group in the list of groups, for which IAM has no resource.
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
  // Needed with modelInvocationLogging only. The account's single configuration has no ARN.
  ...(invocationLog
    ? [
        allow('InvocationLogging', [
          'bedrock:DeleteModelInvocationLoggingConfiguration',
          'bedrock:GetModelInvocationLoggingConfiguration',
          'bedrock:PutModelInvocationLoggingConfiguration',
        ]),
      ]
    : []),
  // Needed with shareMetrics only, for the sink in the hub's account.
  allow('ShareMetrics', ['cloudwatch:Link']),
  allow('LinkToHub', ['oam:CreateLink'], `arn:aws:oam:${scope.region}:*:sink/*`),
  allow(
    'MetricsLink',
    of('oam', 'DeleteLink', 'GetLink', 'ListTagsForResource', 'TagResource', 'UntagResource', 'UpdateLink'),
    `arn:aws:oam:${scope.region}:${scope.account}:link/*`,
  ),
  // Needed with a guardrail that is made from rules only. A resource that is being made has no ARN yet.
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
