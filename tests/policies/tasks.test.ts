/** What the onboarding role may do for a tenant's tasks, and what the roles of tasks may: each question with its neighbour's answer. */
import { describe, expect, it } from 'vitest'
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { onboardingTasksPolicies } from '../../shared/policies/onboarding.ts'
import { taskBoundary, taskExecutionRolePolicy, taskRolePolicy } from '../../shared/policies/task-roles.ts'
import { tenantRoleTrustPolicy } from '../../shared/policies/tenant-role.ts'
import { caller, HUB, type Question, REGION, TENANT_ACCOUNT } from './evaluation.ts'

const ECS = `arn:aws:ecs:${REGION}:${HUB}`
const CLUSTER = `${ECS}:cluster/genai`
const REPOSITORY = `arn:aws:ecr:${REGION}:${HUB}:repository/genai-gateway`
const BOUNDARY = `arn:aws:iam::${HUB}:policy/genai-task-boundary`
const VPC = 'vpc-0123456789abcdef0'
const SUBNETS = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb', 'subnet-0cccccccccccccccc']
const TABLE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-tenants`

const USAGE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-usage`

const roleArn = (name: string) => `arn:aws:iam::${HUB}:role/${name}`
const service = (tenant: string) => `${ECS}:service/genai/genai-gateway-${tenant}`
const definition = (tenant: string) => `${ECS}:task-definition/genai-gateway-${tenant}:7`
const tasksGroup = (tenant: string) =>
  `arn:aws:elasticloadbalancing:${REGION}:${HUB}:targetgroup/genai-tasks-${tenant}/0123456789abcdef`
const TARGET = `arn:aws:application-autoscaling:${REGION}:${HUB}:scalable-target/0ec5`

const scope = {
  account: HUB,
  region: 'ap-southeast-1' as string,
  vpcId: VPC,
  privateSubnetIds: SUBNETS,
  transitGatewayArn: '',
  hubRouteTableId: '',
  spokesRouteTableId: '',
  listenerArn: '',
  tableArn: TABLE,
  userPoolArn: '',
  permissionsBoundaryArn: '',
  resourceShareArn: '',
  sharing: 'organisation',
} as const
const tasks = { clusterArn: CLUSTER, repositoryArn: REPOSITORY, taskBoundaryArn: BOUNDARY }
const policies = onboardingTasksPolicies({ ...scope, region: REGION }, tasks)

const ask = caller({
  account: HUB,
  role: 'genai-onboarding',
  policies: Object.values(policies),
  sessionTags: { tenant_id: 'tenant1' },
})

const made = (tenant: string) => ({ 'aws:RequestTag/tenant': tenant, 'aws:TagKeys': ['tenant'] })
const IN_HUB = {
  'ecs:cluster': CLUSTER,
  'ecs:subnet': SUBNETS,
  'ecs:task-definition': definition('tenant1'),
  'ecs:enable-execute-command': 'false',
  'ecs:auto-assign-public-ip': 'false',
}
const SCALING = {
  'application-autoscaling:service-namespace': 'ecs',
  'application-autoscaling:scalable-dimension': 'ecs:service:DesiredCount',
}
const ofTenant = (tenant: string) => ({ 'aws:ResourceTag/tenant': tenant })
const toTasks = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }

type Case = readonly [action: string, resource: string, context?: Question['context']]

const NEEDED: readonly Case[] = [
  ['ecs:RegisterTaskDefinition', definition('tenant1'), made('tenant1')],
  ['ecs:DescribeTaskDefinition', '*'],
  ['ecs:CreateService', service('tenant1'), { ...IN_HUB, ...made('tenant1') }],
  ['ecs:UpdateService', service('tenant1'), IN_HUB],
  ['ecs:UpdateService', service('tenant1'), { 'ecs:cluster': CLUSTER }],
  ['ecs:DeleteService', service('tenant1')],
  ['iam:PassRole', roleArn('genai-task-tenant1'), toTasks],
  ['iam:PassRole', roleArn('genai-taskexecution-tenant1'), toTasks],
  ['iam:CreateRole', roleArn('genai-task-tenant1'), { ...made('tenant1'), 'iam:PermissionsBoundary': BOUNDARY }],
  ['application-autoscaling:RegisterScalableTarget', TARGET, { ...SCALING, ...made('tenant1') }],
  ['application-autoscaling:RegisterScalableTarget', TARGET, { ...SCALING, ...ofTenant('tenant1') }],
  ['application-autoscaling:PutScalingPolicy', TARGET, { ...SCALING, ...ofTenant('tenant1') }],
  ['application-autoscaling:TagResource', TARGET, made('tenant1')],
  ['elasticloadbalancing:CreateTargetGroup', tasksGroup('tenant1')],
  ['ecr:DescribeImages', REPOSITORY],
  [
    'iam:CreateServiceLinkedRole',
    roleArn(
      'aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService',
    ),
    { 'iam:AWSServiceName': 'ecs.application-autoscaling.amazonaws.com' },
  ],
]

const REFUSED: readonly (readonly [what: string, ...Case])[] = [
  ["another tenant's service", 'ecs:CreateService', service('tenant2'), { ...IN_HUB, ...made('tenant1') }],
  ["another tenant's service, changed", 'ecs:UpdateService', service('tenant2'), IN_HUB],
  ["another tenant's service, deleted", 'ecs:DeleteService', service('tenant2')],
  ['a service without the tenant’s tag', 'ecs:CreateService', service('tenant1'), { ...IN_HUB, ...made('tenant2') }],
  [
    "another tenant's tasks, and their role, in one's own service",
    'ecs:CreateService',
    service('tenant1'),
    { ...IN_HUB, ...made('tenant1'), 'ecs:task-definition': definition('tenant2') },
  ],
  [
    "another tenant's tasks, later",
    'ecs:UpdateService',
    service('tenant1'),
    { ...IN_HUB, 'ecs:task-definition': definition('tenant2') },
  ],
  [
    'a service elsewhere than in the private subnets',
    'ecs:CreateService',
    service('tenant1'),
    { ...IN_HUB, ...made('tenant1'), 'ecs:subnet': ['subnet-0dddddddddddddddd'] },
  ],
  [
    'tasks with a public address',
    'ecs:UpdateService',
    service('tenant1'),
    { ...IN_HUB, 'ecs:auto-assign-public-ip': 'true' },
  ],
  ['tasks with a shell', 'ecs:UpdateService', service('tenant1'), { ...IN_HUB, 'ecs:enable-execute-command': 'true' }],
  ['a shell', 'ecs:ExecuteCommand', `${ECS}:task/genai/0ec5`],
  ['a task of its own', 'ecs:RunTask', definition('tenant1'), { 'ecs:cluster': CLUSTER }],
  ['a definition of another family', 'ecs:RegisterTaskDefinition', definition('tenant2'), made('tenant1')],
  ['a definition taken back', 'ecs:DeregisterTaskDefinition', '*'],
  ["another tenant's task role", 'iam:PassRole', roleArn('genai-task-tenant2'), toTasks],
  ["the function's role, to tasks", 'iam:PassRole', roleArn('genai-gateway-tenant1'), toTasks],
  [
    'the task role, to a function',
    'iam:PassRole',
    roleArn('genai-task-tenant1'),
    { 'iam:PassedToService': 'lambda.amazonaws.com' },
  ],
  ['a task role without the boundary', 'iam:CreateRole', roleArn('genai-task-tenant1'), made('tenant1')],
  ['the boundary taken off', 'iam:DeleteRolePermissionsBoundary', roleArn('genai-task-tenant1')],
  ["an address in the tasks' target group", 'elasticloadbalancing:RegisterTargets', tasksGroup('tenant1')],
  ["another tenant's target group", 'elasticloadbalancing:DeleteTargetGroup', tasksGroup('tenant2')],
  ['an image of its own', 'ecr:PutImage', REPOSITORY],
  [
    'scaling of something else than services',
    'application-autoscaling:RegisterScalableTarget',
    TARGET,
    { ...SCALING, ...made('tenant1'), 'application-autoscaling:service-namespace': 'dynamodb' },
  ],
  ['scaling of nobody', 'application-autoscaling:RegisterScalableTarget', TARGET, SCALING],
  [
    "another tenant's scaling",
    'application-autoscaling:DeregisterScalableTarget',
    TARGET,
    { ...SCALING, ...ofTenant('tenant2') },
  ],
  [
    "another tenant's scaling its own",
    'application-autoscaling:TagResource',
    TARGET,
    { ...made('tenant1'), ...ofTenant('tenant2') },
  ],
  [
    "another service's own role",
    'iam:CreateServiceLinkedRole',
    roleArn('aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'),
    { 'iam:AWSServiceName': 'autoscaling.amazonaws.com' },
  ],
]

describe('the onboarding role', () => {
  it.each(NEEDED.map((asked) => [`${asked[0]} on ${asked[1]}`, asked] as const))('may %s', async (_, asked) => {
    const [action, resource, context = {}] = asked
    expect((await ask({ action, resource, context })).allowed).toBe(true)
  })

  it.each(REFUSED.map(([what, ...asked]) => [what, asked] as const))('may not make %s', async (_, asked) => {
    const [action, resource, context = {}] = asked
    expect((await ask({ action, resource, context })).allowed).toBe(false)
  })

  it('has policies that fit, in the region with the longest name and three zones', () => {
    for (const document of Object.values(onboardingTasksPolicies(scope, tasks)))
      expect(JSON.stringify(document).length).toBeLessThan(POLICY_LIMITS.managed)
  })
})

const OWN = `arn:aws:iam::${TENANT_ACCOUNT}:role/genai-models-tenant1`
const OTHER = `arn:aws:iam::333333333333:role/genai-models-tenant2`
const roleScope = {
  account: HUB,
  region: REGION,
  tenantId: 'tenant1',
  tenantRoleArn: OWN,
  tableArn: TABLE,
  usageTableArn: USAGE,
  repositoryArn: REPOSITORY,
  vpcId: VPC,
}
const boundary = taskBoundary(roleScope)
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const
const fromHub = { 'aws:SourceVpc': VPC }
const items = { 'dynamodb:LeadingKeys': ['tenant1'] }
const log = (tenant: string) =>
  `arn:aws:logs:${REGION}:${HUB}:log-group:/aws/lambda/genai-gateway-${tenant}:log-stream:task/gateway/1`
const trust = tenantRoleTrustPolicy({
  hubAccount: HUB,
  tenantId: 'tenant1',
  gatewayRoleArns: ['genai-gateway-tenant1', 'genai-task-tenant1'].map(roleArn),
  externalId: `${HUB}/tenant1`,
  hubVpcId: VPC,
})
const assume = (context: Question['context'] = fromHub, resource = OWN): Question => ({
  action: 'sts:AssumeRole',
  resource,
  resourceAccount: TENANT_ACCOUNT,
  context: { 'sts:ExternalId': `${HUB}/tenant1`, ...context },
  resourcePolicy: trust,
})

const count = (key: string, action = 'UpdateItem', from = fromHub): Question => ({
  action: `dynamodb:${action}`,
  resource: USAGE,
  context: { 'dynamodb:LeadingKeys': [key], ...from },
})

describe.each([
  ['by its own policies', [taskRolePolicy(roleScope)], [taskExecutionRolePolicy(roleScope)], undefined],
  ['by the boundary, whatever its policy says', [everything], [everything], boundary],
] as const)('a task’s roles %s', (_how, ofTask, ofExecution, bound) => {
  const as = (role: string, all: typeof ofTask | typeof ofExecution) =>
    caller({
      account: HUB,
      role,
      policies: all,
      roleTags: { tenant: 'tenant1' },
      ...(bound && { boundary: bound }),
    })
  const task = as('genai-task-tenant1', ofTask)
  const execution = as('genai-taskexecution-tenant1', ofExecution)
  const may = async (who: typeof task, question: Question) => (await who(question)).allowed

  it('become the tenant from the hub only, and no other tenant', async () => {
    expect(await may(task, assume())).toBe(true)
    expect(await may(task, assume({ 'aws:SourceVpc': 'vpc-0fffffffffffffff0' }))).toBe(false)
    expect(await may(task, assume({}))).toBe(false)
    expect(await may(task, assume(fromHub, OTHER))).toBe(false)
    // The tenant's role trusts the code's role, not the one that starts it.
    expect(await may(execution, assume())).toBe(false)
  })

  it('read the tenant’s own items, and nobody else’s', async () => {
    const query = (context: Readonly<Record<string, string | readonly string[]>>) => ({
      action: 'dynamodb:Query',
      resource: TABLE,
      context,
    })
    expect(await may(task, query({ ...items, ...fromHub }))).toBe(true)
    expect(await may(task, query({ 'dynamodb:LeadingKeys': ['tenant2'], ...fromHub }))).toBe(false)
    expect(await may(task, query(items))).toBe(false)
    expect(await may(task, { action: 'dynamodb:PutItem', resource: TABLE, context: { ...items, ...fromHub } })).toBe(
      false,
    )
  })

  it('count for the tenant, and for nobody else', async () => {
    expect(await may(task, count('tenant1#tenant'))).toBe(true)
    expect(await may(task, count('tenant1#user#abc', 'GetItem'))).toBe(true)
    expect(await may(task, count('tenant2#tenant'))).toBe(false)
    expect(await may(task, count('tenant10#tenant'))).toBe(false)
    expect(await may(task, count('tenant1#tenant', 'DeleteItem'))).toBe(false)
    expect(await may(task, count('tenant1#tenant', 'UpdateItem', { 'aws:SourceVpc': 'vpc-0fffffffffffffff0' }))).toBe(
      false,
    )
  })

  it('pull the one image from the hub’s network, and write the one log', async () => {
    const pull = (resource: string, context = {}) => ({ action: 'ecr:BatchGetImage', resource, context })
    expect(await may(execution, pull(REPOSITORY, fromHub))).toBe(true)
    expect(await may(execution, pull(REPOSITORY))).toBe(false)
    expect(await may(execution, pull(`${REPOSITORY}-other`, fromHub))).toBe(false)
    expect(await may(execution, { action: 'ecr:PutImage', resource: REPOSITORY, context: fromHub })).toBe(false)
    expect(await may(execution, { action: 'logs:PutLogEvents', resource: log('tenant1') })).toBe(true)
    expect(await may(execution, { action: 'logs:PutLogEvents', resource: log('tenant2') })).toBe(false)
  })

  it.each([
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'iam:PassRole',
    'ecs:UpdateService',
    'lambda:InvokeFunction',
  ])('have no right to %s', async (action) => {
    for (const who of [task, execution]) expect(await may(who, { action, resource: '*', context: fromHub })).toBe(false)
  })
})

it('the code’s own policy has nothing of the one that starts it', async () => {
  const task = caller({ account: HUB, role: 'genai-task-tenant1', policies: [taskRolePolicy(roleScope)] })
  for (const [action, resource] of [
    ['ecr:BatchGetImage', REPOSITORY],
    ['logs:PutLogEvents', log('tenant1')],
  ] as const)
    expect((await task({ action, resource, context: fromHub })).allowed).toBe(false)
})

it('who starts the code does not count for it', async () => {
  const policies = [taskExecutionRolePolicy(roleScope)]
  const execution = caller({ account: HUB, role: 'genai-taskexecution-tenant1', policies })
  expect((await execution(count('tenant1#tenant'))).allowed).toBe(false)
})
