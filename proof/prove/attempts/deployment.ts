/** Deployments that try to get more than an ingress, evaluated against the roles' deployed policies. */
import { executionRoleName, functionName, roleArn } from '../../../shared/naming.ts'
import type { Attempt } from '../attempt.ts'
import type { Compute } from '../compute.ts'
import type { Layer } from '../layers.ts'
import type { Question } from '../testbed/aws-calls.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { asOnboardingRole, assumed, asTenantDeployer, OWN_ADMINISTRATOR } from './assumed.ts'
import { everything } from './deletions.ts'
import { claims } from './ingress-claims.ts'

export interface Asked {
  readonly name: string
  readonly tried: string
  readonly expected: readonly Layer[]
  readonly remark?: string
  readonly on?: Compute
  readonly question: (testbed: Testbed) => Omit<Question, 'as' | 'tags'> & Partial<Pick<Question, 'as' | 'tags'>>
}

/** The resource's account allows no caller of another account. */
const ELSEWHERE: readonly Layer[] = ['otherAccount']
/** And the caller's own account has not allowed the call either. */
export const BOTH: readonly Layer[] = ['callerPolicy', ...ELSEWHERE]
export const ROLE: readonly Layer[] = ['onboardingRole']
export const ONE_LAYER =
  'One layer: within an account, AWS has the role’s policy; that only the platform team’s deployer holds the role is its trust policy.'

const outsiders: readonly Asked[] = [
  {
    name: 'tenant-writes-table',
    tried: "A tenant's own deployer writes its item in the hub's table",
    expected: BOTH,
    question: ({ hub }) => ({
      action: 'dynamodb:PutItem',
      resource: hub.tableArn,
      context: { 'dynamodb:LeadingKeys': ['tenant1'] },
    }),
  },
  {
    name: 'tenant-changes-shared-gateway',
    tried: "A tenant's own deployer adds a route to the shared Transit Gateway's table",
    expected: ELSEWHERE,
    remark: OWN_ADMINISTRATOR,
    question: ({ hub }) => ({
      action: 'ec2:CreateTransitGatewayRoute',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:transit-gateway-route-table/${hub.spokesRouteTableId}`,
    }),
  },
  {
    name: 'tenant-changes-listener',
    tried: "A tenant's own deployer changes a rule of the load balancer",
    expected: BOTH,
    question: (testbed) => ({ action: 'elasticloadbalancing:ModifyRule', resource: ruleOf(testbed, 'tenant2') }),
  },
  {
    name: 'tenant-changes-function',
    on: 'lambda',
    tried: "A tenant's own deployer replaces its function's code in the hub",
    expected: BOTH,
    question: ({ tenant1 }) => ({ action: 'lambda:UpdateFunctionCode', resource: tenant1.functionArn }),
  },
  {
    name: 'tenant-makes-user',
    tried: "A tenant's own deployer makes a user of another tenant in the user pool",
    expected: BOTH,
    question: ({ hub }) => ({ action: 'cognito-idp:AdminCreateUser', resource: hub.userPoolArn }),
  },
  {
    name: 'internet-gateway',
    tried: "A tenant's own deployer makes an internet gateway in its account",
    expected: ['serviceControl'],
    remark: 'One layer: an account’s administrators are bounded by the organisation only.',
    question: ({ hub, tenant1 }) => ({
      action: 'ec2:CreateInternetGateway',
      resource: `arn:aws:ec2:${hub.region}:${tenant1.account}:internet-gateway/*`,
    }),
  },
]

/** In a session of the onboarding role for the first tenant. */
const onboarding: readonly Asked[] = [
  {
    name: 'listener-default',
    tried: "The onboarding role changes the listener's default action",
    expected: ROLE,
    question: ({ hub }) => ({ action: 'elasticloadbalancing:ModifyListener', resource: hub.listenerArn }),
  },
  {
    name: 'rule-order',
    tried: "The onboarding role puts the tenant's rule before another's",
    expected: ROLE,
    question: (testbed) => ({ action: 'elasticloadbalancing:SetRulePriorities', resource: ruleOf(testbed, 'tenant1') }),
  },
  {
    name: 'other-rule',
    tried: "The onboarding role changes the second tenant's rule",
    expected: ROLE,
    question: (testbed) => ({
      action: 'elasticloadbalancing:ModifyRule',
      resource: ruleOf(testbed, 'tenant2'),
      context: { 'aws:ResourceTag/tenant': 'tenant2' },
    }),
  },
  {
    name: 'user-pool',
    tried: 'The onboarding role changes the user pool',
    expected: ROLE,
    question: ({ hub }) => ({ action: 'cognito-idp:UpdateUserPool', resource: hub.userPoolArn }),
  },
  {
    name: 'user',
    tried: 'The onboarding role makes a user',
    expected: ROLE,
    question: ({ hub }) => ({ action: 'cognito-idp:AdminCreateUser', resource: hub.userPoolArn }),
  },
  {
    name: 'table-schema',
    tried: 'The onboarding role changes the table',
    expected: ROLE,
    question: ({ hub }) => ({ action: 'dynamodb:UpdateTable', resource: hub.tableArn }),
  },
  {
    name: 'other-item',
    tried: "The onboarding role writes the second tenant's item",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'dynamodb:PutItem',
      resource: hub.tableArn,
      context: { 'dynamodb:LeadingKeys': ['tenant2'] },
    }),
  },
  {
    name: 'role-without-boundary',
    tried: 'The onboarding role makes an execution role without the permissions boundary',
    expected: ROLE,
    question: ({ tenant1 }) => ({
      action: 'iam:CreateRole',
      resource: tenant1.executionRoleArn,
      context: { 'aws:RequestTag/tenant': 'tenant1', 'aws:TagKeys': ['tenant'] },
    }),
  },
  {
    name: 'boundary-taken-off',
    tried: 'The onboarding role takes the boundary off the execution role',
    expected: ROLE,
    question: ({ tenant1, hub }) => ({
      action: 'iam:DeleteRolePermissionsBoundary',
      resource: tenant1.executionRoleArn,
      context: { 'iam:PermissionsBoundary': hub.permissionsBoundaryArn },
    }),
  },
  {
    name: 'boundary-changed',
    tried: 'The onboarding role writes another version of the boundary itself',
    expected: ROLE,
    question: ({ hub }) => ({ action: 'iam:CreatePolicyVersion', resource: hub.permissionsBoundaryArn }),
  },
  {
    name: 'role-of-another-name',
    tried: 'The onboarding role makes a role of a name that is not the tenant’s',
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'iam:CreateRole',
      resource: roleArn(hub.account, 'administrator'),
      context: {
        'iam:PermissionsBoundary': hub.permissionsBoundaryArn,
        'aws:RequestTag/tenant': 'tenant1',
        'aws:TagKeys': ['tenant'],
      },
    }),
  },
  {
    name: 'role-tagged-as-other',
    tried: "The onboarding role tags the execution role as the second tenant's, which the boundary goes by",
    expected: ROLE,
    question: ({ tenant1 }) => ({
      action: 'iam:TagRole',
      resource: tenant1.executionRoleArn,
      context: { 'aws:RequestTag/tenant': 'tenant2', 'aws:TagKeys': ['tenant'] },
    }),
  },
  {
    name: 'role-passed-to-instance',
    tried: 'The onboarding role passes the execution role to EC2',
    expected: ROLE,
    question: ({ tenant1 }) => ({
      action: 'iam:PassRole',
      resource: tenant1.executionRoleArn,
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    }),
  },
  {
    name: 'other-role-passed',
    tried: "The onboarding role passes the second tenant's execution role to Lambda",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'iam:PassRole',
      resource: roleArn(hub.account, executionRoleName('tenant2')),
      context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    }),
  },
  {
    name: 'other-function',
    on: 'lambda',
    tried: "The onboarding role replaces the code of the second tenant's function",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'lambda:UpdateFunctionCode',
      resource: `arn:aws:lambda:${hub.region}:${hub.account}:function:${functionName('tenant2')}`,
    }),
  },
  {
    name: 'hub-table-association',
    tried: "The onboarding role associates a spoke's attachment with the hub's route table",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'ec2:AssociateTransitGatewayRouteTable',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:transit-gateway-route-table/${hub.hubRouteTableId}`,
    }),
  },
  {
    name: 'spokes-table-propagation',
    tried: "The onboarding role propagates a spoke's addresses into the spokes' route table",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'ec2:EnableTransitGatewayRouteTablePropagation',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:transit-gateway-route-table/${hub.spokesRouteTableId}`,
    }),
  },
  {
    name: 'ingress-rule',
    tried: "The onboarding role lets something into the function's security group",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'ec2:AuthorizeSecurityGroupIngress',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:security-group/${hub.endpointSecurityGroupId}`,
      context: { 'aws:ResourceTag/tenant': 'tenant1' },
    }),
  },
]

export const attemptOf = (
  { question, ...attempt }: Asked,
  caller: (testbed: Testbed) => Pick<Question, 'as' | 'tags'>,
  remark: string | undefined = attempt.remark,
): Attempt => ({
  ...attempt,
  ...(remark !== undefined && { remark }),
  family: 'deployment',
  means: 'question',
  make: (testbed) => testbed.ask({ ...caller(testbed), ...question(testbed) }),
})

export const deployment: readonly Attempt[] = [
  ...assumed,
  ...outsiders.map((asked) => attemptOf(asked, asTenantDeployer)),
  ...onboarding.map((asked) =>
    attemptOf(asked, asOnboardingRole, asked.expected.length === 1 ? ONE_LAYER : asked.remark),
  ),
  ...everything,
  ...claims,
]

function ruleOf({ platform }: Testbed, tenantId: string): string {
  const rule = platform.cloud.ledger
    .all('aws:lb/listenerRule:ListenerRule')
    .find(({ outputs }) => JSON.stringify(outputs.conditions).includes(`"/${tenantId}/*"`))
  if (!rule) throw new Error(`${tenantId} has no listener rule.`)
  return String(rule.outputs.arn)
}
