/** Attempts at what only tasks on Fargate have: an address that something listens on, two roles, a service, and a target group of addresses. */
import type { Origin } from '@genai/local-cloud/network/path'
import { LAPTOP } from '../../../cli/demo/validate.ts'
import { clusterName, roleArn, serviceName, taskExecutionRoleName, taskRoleName } from '../../../shared/naming.ts'
import { GATEWAY_PORT } from '../../../shared/tenant.ts'
import type { Attempt } from '../attempt.ts'
import { ended, type Outcome, through } from '../outcome.ts'
import { beside } from '../switches/overlay.ts'
import { targetGroupsOf } from '../switches/target-groups.ts'
import { lost } from '../testbed/aws-calls.ts'
import { ATTACKERS_GROUP, type Testbed } from '../testbed/testbed.ts'
import { asOnboardingRole, asTenantDeployer } from './assumed.ts'
import { type Asked, attemptOf, BOTH, ONE_LAYER, ROLE } from './deployment.ts'

const host = (subnetId: string): Origin => ({ kind: 'subnet', subnetId, securityGroupIds: [ATTACKERS_GROUP] })

/** Whether a packet reaches the second tenant's task from another place. */
function toTask(testbed: Testbed, from: Origin): Outcome {
  const address = testbed.taskAddress(testbed.tenant2)
  const way = testbed.platform.cloud.ecs.connect(from, address, GATEWAY_PORT)
  return 'localPort' in way ? through(`a connection to port ${GATEWAY_PORT} of ${address}`) : lost(from, way)
}

/** In the tasks' own subnets: the nearest place that a host in the hub can have. */
const amongTasks = ({ hub }: Testbed): Origin => host(hub.privateSubnets[0]?.id ?? '')

const ask = (token: string, tenantId: string) => ({
  method: 'POST',
  target: `/${tenantId}/invoke`,
  headers: [
    ['authorization', `Bearer ${token}`],
    ['content-type', 'application/json'],
  ] as const,
  body: '{"prompt":"Whose model are you?"}',
})

const TOKEN_BEHIND = 'One layer of the network; behind it stands the token: `network/token-straight-at-task`.'

const network: readonly Omit<Attempt, 'family' | 'on'>[] = [
  {
    name: 'task-to-task',
    means: 'connection',
    tried: "The first tenant's task connects to the second tenant's task",
    expected: ['securityGroups'],
    remark: TOKEN_BEHIND,
    make: async (testbed) => toTask(testbed, testbed.gatewayOf(testbed.tenant1)),
  },
  {
    name: 'spoke-to-task',
    means: 'connection',
    tried: "A host in the first tenant's VPC connects to the second tenant's task",
    expected: ['securityGroups'],
    remark: TOKEN_BEHIND,
    make: async (testbed) => toTask(testbed, host(testbed.tenant1.subnetId)),
  },
  {
    name: 'hub-to-task',
    means: 'connection',
    tried: "A host in the tasks' own subnets connects to the second tenant's task",
    expected: ['securityGroups'],
    remark: TOKEN_BEHIND,
    make: async (testbed) => toTask(testbed, amongTasks(testbed)),
  },
  {
    name: 'internet-to-task',
    means: 'connection',
    tried: "A host on the internet connects to the second tenant's task",
    expected: ['addresses'],
    make: async (testbed) => toTask(testbed, LAPTOP),
  },
  {
    name: 'token-straight-at-task',
    means: 'request',
    tried: "A host in the tasks' subnets sends the first tenant's genuine token straight at the second tenant's task",
    expected: ['securityGroups', 'tenantMatch'],
    make: async (testbed) =>
      testbed.requestAt(
        amongTasks(testbed),
        testbed.taskAddress(testbed.tenant2),
        ask(await testbed.forge.genuine('tenant1'), 'tenant2'),
        testbed.tenant2,
      ),
  },
  {
    name: 'forged-token-straight-at-task',
    means: 'request',
    tried: "A host in the tasks' subnets sends an unsigned token straight at the second tenant's task",
    expected: ['securityGroups', 'functionToken'],
    make: async (testbed) => {
      const [, claims = ''] = (await testbed.forge.genuine('tenant2')).split('.')
      const head = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
      return testbed.requestAt(
        amongTasks(testbed),
        testbed.taskAddress(testbed.tenant2),
        ask(`${head}.${claims}.`, 'tenant2'),
        'served',
      )
    },
  },
  {
    name: 'foreign-address-in-target-group',
    means: 'request',
    tried: "The second tenant's task is registered in the first tenant's target group, and the first's user asks",
    expected: ['tenantMatch'],
    remark:
      'IAM has no condition for the address that is registered: `What IAM cannot refuse`. Each task serves its own tenant only.',
    make: foreignAddress,
  },
]

async function foreignAddress(testbed: Testbed): Promise<Outcome> {
  const { platform, hub, tenant1, tenant2, forge } = testbed
  const { ledger } = platform.cloud
  const [targetGroupArn = ''] = targetGroupsOf(ledger.all(), tenant1.id)
  const address = testbed.taskAddress(tenant2)
  const type = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'
  const attached = beside(hub, type, 'foreign', { targetGroupArn, targetId: address, port: GATEWAY_PORT })
  await ledger.put(attached)
  try {
    const request = ask(await forge.genuine('tenant1'), 'tenant1')
    for (let tries = 0; tries < 100; tries += 1) {
      const before = platform.events.length
      const outcome = await testbed.request(request, tenant2)
      const at = platform.events.slice(before).find((one) => one.source === 'loadBalancer' && one.kind === 'request')
      if (at?.source === 'loadBalancer' && at.targetAddress === `${address}:${GATEWAY_PORT}`) return outcome
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`${address} was registered, and no request went there.`)
  } finally {
    await ledger.delete(attached.urn)
  }
}

const startRole = ({ hub }: Testbed, tenantId: string) => roleArn(hub.account, taskExecutionRoleName(tenantId))

const identity: readonly Omit<Attempt, 'family' | 'on'>[] = [
  {
    name: 'task-makes-network-interface',
    means: 'question',
    tried: "The first tenant's task makes a network interface in the hub",
    expected: ['executionRole', 'permissionsBoundary'],
    make: ({ ask, hub, tenant1 }) =>
      ask({
        as: tenant1.executionRoleArn,
        action: 'ec2:CreateNetworkInterface',
        resource: `arn:aws:ec2:${hub.region}:${hub.account}:subnet/${hub.privateSubnets[0]?.id}`,
      }),
  },
  {
    name: 'start-role-becomes-tenant-role',
    means: 'call',
    tried:
      "What starts the first tenant's tasks (its task execution role) assumes the tenant's role, from the task's place",
    expected: ['executionRole', 'endpointPolicy', 'trustPolicy'],
    make: async (testbed) => {
      const { roleArn, externalId, id } = testbed.tenant1
      const assumption = { roleArn, externalId, tags: { tenant_id: id } }
      const step = await testbed.assume(
        testbed.gatewayOf(testbed.tenant1),
        testbed.steal(startRole(testbed, id)),
        assumption,
      )
      return ended(step, `credentials of ${roleArn}`)
    },
  },
  {
    name: 'start-role-reads-items',
    means: 'call',
    tried: "The same role reads the tenant's items",
    expected: ['executionRole', 'endpointPolicy'],
    make: async (testbed) =>
      ended(
        await testbed.query(
          testbed.gatewayOf(testbed.tenant1),
          testbed.steal(startRole(testbed, 'tenant1')),
          'tenant1',
        ),
        'the tenant’s configuration',
      ),
  },
]

const inCluster = ({ hub }: Testbed, kind: string, name: string) =>
  `arn:aws:ecs:${hub.region}:${hub.account}:${kind}/${clusterName}/${name}`

const ofTenant1 = { 'aws:RequestTag/tenant': 'tenant1', 'aws:TagKeys': ['tenant'] }

/** In a session of the onboarding role for the first tenant. */
const onboarding: readonly Asked[] = [
  {
    name: 'other-service',
    tried: "The onboarding role changes the second tenant's service",
    expected: ROLE,
    question: (testbed) => ({
      action: 'ecs:UpdateService',
      resource: inCluster(testbed, 'service', serviceName('tenant2')),
      context: { 'aws:ResourceTag/tenant': 'tenant2' },
    }),
  },
  {
    name: 'service-with-others-tasks',
    tried: "The onboarding role makes the tenant's service with the second tenant's task definition",
    expected: ROLE,
    question: (testbed) => ({
      action: 'ecs:CreateService',
      resource: inCluster(testbed, 'service', serviceName('tenant1')),
      context: {
        ...ofTenant1,
        ...inPlace(testbed),
        'ecs:task-definition': `arn:aws:ecs:${testbed.hub.region}:${testbed.hub.account}:task-definition/${serviceName('tenant2')}:1`,
      },
    }),
  },
  {
    name: 'service-with-public-address',
    tried: 'The onboarding role makes the service with a public address',
    expected: ROLE,
    question: (testbed) => ({
      action: 'ecs:CreateService',
      resource: inCluster(testbed, 'service', serviceName('tenant1')),
      context: { ...ofTenant1, ...inPlace(testbed), 'ecs:auto-assign-public-ip': 'true' },
    }),
  },
  {
    name: 'shell-in-task',
    tried: 'The onboarding role opens a shell in a task',
    expected: ROLE,
    question: (testbed) => ({ action: 'ecs:ExecuteCommand', resource: inCluster(testbed, 'task', '0123456789abcdef') }),
  },
  {
    name: 'other-task-role-passed',
    tried: "The onboarding role passes the second tenant's task role to ECS",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'iam:PassRole',
      resource: roleArn(hub.account, taskRoleName('tenant2')),
      context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    }),
  },
  {
    name: 'task-role-passed-to-lambda',
    tried: 'The onboarding role passes the task role to Lambda',
    expected: ROLE,
    question: ({ tenant1 }) => ({
      action: 'iam:PassRole',
      resource: tenant1.executionRoleArn,
      context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    }),
  },
  {
    name: 'definition-taken-back',
    tried: 'The onboarding role takes back a task definition, which IAM could not bound to its own',
    expected: ROLE,
    question: () => ({ action: 'ecs:DeregisterTaskDefinition', resource: '*' }),
  },
  {
    name: 'image-pushed',
    tried: "The onboarding role puts an image into the hub's repository",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'ecr:PutImage',
      resource: `arn:aws:ecr:${hub.region}:${hub.account}:repository/${hub.fargate?.repositoryName}`,
    }),
  },
  {
    name: 'way-into-tasks',
    tried: "The onboarding role lets something into the tasks' security group",
    expected: ROLE,
    question: ({ hub }) => ({
      action: 'ec2:AuthorizeSecurityGroupIngress',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:security-group/${hub.fargate?.taskSecurityGroupId}`,
    }),
  },
]

/** The other properties of a service as they must be. */
const inPlace = ({ hub }: Testbed) => ({
  'ecs:cluster': hub.fargate?.clusterArn ?? '',
  'ecs:enable-execute-command': 'false',
  'ecs:auto-assign-public-ip': 'false',
  'ecs:subnet': hub.privateSubnets.map(({ id }) => id),
  'ecs:task-definition': `arn:aws:ecs:${hub.region}:${hub.account}:task-definition/${serviceName('tenant1')}:1`,
})

const outsiders: readonly Asked[] = [
  {
    name: 'tenant-changes-service',
    tried: "A tenant's own deployer changes its service in the hub",
    expected: BOTH,
    question: ({ tenant1 }) => ({ action: 'ecs:UpdateService', resource: tenant1.functionArn }),
  },
]

export const tasks: readonly Attempt[] = [
  ...network.map((attempt): Attempt => ({ ...attempt, family: 'network', on: 'fargate' })),
  ...identity.map((attempt): Attempt => ({ ...attempt, family: 'identity', on: 'fargate' })),
  ...outsiders.map((asked): Attempt => ({ ...attemptOf(asked, asTenantDeployer), on: 'fargate' })),
  ...onboarding.map((asked): Attempt => ({ ...attemptOf(asked, asOnboardingRole, ONE_LAYER), on: 'fargate' })),
]
