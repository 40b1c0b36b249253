/**
 * Tenants of one account, among themselves: what an account of its own keeps apart without anybody's doing, roles, endpoints and the
 * deployers' policies have to. Two have an endpoint of their own, one is at the hub's.
 */
import { LAPTOP } from '../../../cli/demo/validate.ts'
import { accountLogGroupPrefix, policyArn, tenantBoundaryName, tenantRoleName } from '../../../shared/naming.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { ended } from '../outcome.ts'
import type { Question } from '../testbed/aws-calls.ts'
import type { PooledTenant } from '../testbed/pooled.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { asItsOwn, becomeAndAsk, gatewayBecomes, withoutExternalId } from './become.ts'

type Pooled = Omit<Attempt, 'family'>

/** The layers between tenants with separate accounts: none of them is lost. */
const AS_EVER: readonly Layer[] = ['executionRole', 'permissionsBoundary', 'trustPolicy', 'securityGroups']

const sessionOf = (testbed: Testbed, { roleArn, id }: PooledTenant) =>
  testbed.steal(roleArn, { tags: { tenant_id: id } })

const calls: readonly Pooled[] = [
  {
    name: 'function-becomes-neighbours-role',
    means: 'call',
    tried:
      'The gateway of a tenant assumes the role of another one in the same account, with its external id and tag, and asks its model',
    expected: AS_EVER,
    make: (testbed) => gatewayBecomes(testbed, testbed.pooled1, testbed.pooled2),
  },
  {
    name: 'function-becomes-neighbours-role-without-external-id',
    means: 'call',
    tried: 'The same without the external id',
    expected: AS_EVER,
    make: (testbed) => gatewayBecomes(testbed, testbed.pooled1, testbed.pooled2, withoutExternalId(testbed.pooled2)),
  },
  {
    name: 'function-becomes-role-at-shared-endpoint',
    means: 'call',
    tried: 'The same for a neighbour that is at the shared model endpoint',
    expected: AS_EVER,
    make: (testbed) => gatewayBecomes(testbed, testbed.pooled1, testbed.pooled3),
  },
  {
    name: 'role-becomes-neighbours-role',
    means: 'call',
    tried: 'The role of a tenant, stolen, assumes that of its neighbour: a role of the same account',
    expected: ['endpointPolicy', 'spokeRole', 'permissionsBoundary', 'trustPolicy'],
    make: (testbed) => {
      const { pooled1, pooled2 } = testbed
      return becomeAndAsk(testbed, testbed.gatewayOf(pooled2), sessionOf(testbed, pooled1), asItsOwn(pooled2), pooled2)
    },
  },
  {
    name: 'neighbours-credentials-at-own-endpoint',
    means: 'call',
    tried: 'Credentials of a neighbour, stolen, used at the tenant’s own endpoint, from its own gateway',
    expected: ['endpointPolicy', 'spokeRole'],
    make: async (testbed) => {
      const { pooled1, pooled2 } = testbed
      const from = testbed.gatewayOf(pooled1)
      const step = await testbed.converse(from, sessionOf(testbed, pooled2), pooled1.endpoint, pooled2.modelId)
      return ended(step, 'an answer in the neighbour’s name')
    },
  },
  {
    name: 'own-role-at-neighbours-endpoint',
    means: 'call',
    tried: 'A tenant’s role, used at its neighbour’s endpoint in the same account, from the tenant’s own gateway',
    expected: ['securityGroups', 'endpointPolicy', 'spokeRole'],
    make: async (testbed) => {
      const { pooled1, pooled2 } = testbed
      const from = testbed.gatewayOf(pooled1)
      const step = await testbed.converse(from, sessionOf(testbed, pooled1), pooled2.endpoint, pooled1.modelId)
      return ended(step, 'an answer through the neighbour’s network')
    },
  },
  {
    name: 'neighbours-model',
    means: 'call',
    tried: 'The role of a tenant asks for a model that its neighbour may use, which the account has access to',
    expected: ['endpointPolicy', 'spokeRole'],
    make: async (testbed) => {
      const { pooled1, pooled2 } = testbed
      const from = testbed.gatewayOf(pooled1)
      const step = await testbed.converse(from, sessionOf(testbed, pooled1), pooled1.endpoint, pooled2.modelId)
      return ended(step, 'a model that the tenant may not use')
    },
  },
  {
    name: 'deployer-becomes-neighbours-role',
    means: 'call',
    tried: 'The deployer of a tenant assumes the role of its neighbour',
    expected: ['callerPolicy', 'trustPolicy'],
    make: async (testbed) => {
      const step = await testbed.assume(LAPTOP, testbed.steal(testbed.pooled1.deployerArn), asItsOwn(testbed.pooled2))
      return ended(step, `credentials of ${testbed.pooled2.roleArn}`)
    },
  },
]

/** Evaluated for the first tenant's deployer. */
interface Asked extends Pick<Pooled, 'name' | 'tried'> {
  readonly by?: (testbed: Testbed) => string
  readonly question: (testbed: Testbed) => Omit<Question, 'as' | 'tags'>
}

const OF_NEIGHBOUR = { 'aws:ResourceTag/tenant': 'pooled2' }

const inAccount = ({ hub, pooled1 }: Testbed, service: string, resource: string) =>
  `arn:aws:${service}:${service === 'iam' ? '' : hub.region}:${pooled1.account}:${resource}`

const ofEc2 =
  (action: string, kind: string, context: Question['context'] = OF_NEIGHBOUR): Asked['question'] =>
  (testbed) => ({ action: `ec2:${action}`, resource: inAccount(testbed, 'ec2', `${kind}-0123456789abcdef0`), context })

const onRole =
  (action: string): Asked['question'] =>
  (testbed) => ({
    action: `iam:${action}`,
    resource: testbed.pooled2.roleArn,
    context: OF_NEIGHBOUR,
  })

const asked: readonly Asked[] = [
  {
    name: 'deployer-grants-neighbours-role',
    tried: 'writes a policy of its neighbour’s role',
    question: onRole('PutRolePolicy'),
  },
  {
    name: 'deployer-opens-neighbours-role',
    tried: 'writes the trust policy of its neighbour’s role',
    question: onRole('UpdateAssumeRolePolicy'),
  },
  {
    name: 'deployer-deletes-neighbours-endpoint',
    tried: 'deletes its neighbour’s model endpoint',
    question: ofEc2('DeleteVpcEndpoints', 'vpc-endpoint/vpce'),
  },
  {
    name: 'deployer-opens-neighbours-endpoint',
    tried: 'changes the policy of its neighbour’s model endpoint',
    question: ofEc2('ModifyVpcEndpoint', 'vpc-endpoint/vpce'),
  },
  {
    name: 'deployer-lets-itself-in',
    tried: 'adds a rule to the security group of its neighbour’s endpoint',
    question: ofEc2('AuthorizeSecurityGroupIngress', 'security-group/sg'),
  },
  {
    name: 'deployer-reroutes-neighbour',
    tried: 'changes a route of its neighbour’s network',
    question: ofEc2('ReplaceRoute', 'route-table/rtb'),
  },
  {
    name: 'deployer-adopts-neighbours-network',
    tried: 'gives its neighbour’s network its own tag',
    question: ofEc2('CreateTags', 'vpc/vpc', {
      ...OF_NEIGHBOUR,
      'aws:RequestTag/tenant': 'pooled1',
      'aws:TagKeys': ['tenant'],
    }),
  },
  {
    name: 'deployer-makes-as-neighbour',
    tried: 'makes a network with its neighbour’s tag',
    question: ofEc2('CreateVpc', 'vpc/vpc', { 'aws:RequestTag/tenant': 'pooled2', 'aws:TagKeys': ['tenant'] }),
  },
  {
    name: 'deployer-deletes-neighbours-records',
    tried: 'deletes a log group of its neighbour’s',
    question: (testbed) => ({
      action: 'logs:DeleteLogGroup',
      resource: inAccount(testbed, 'logs', `log-group:${accountLogGroupPrefix('pooled2')}flow-logs-1:log-stream:`),
      context: OF_NEIGHBOUR,
    }),
  },
  {
    name: 'deployer-hands-over-neighbours-role',
    tried: 'hands its neighbour’s role to a service',
    question: (testbed) => ({
      action: 'iam:PassRole',
      resource: testbed.pooled2.roleArn,
      context: { 'iam:PassedToService': 'vpc-flow-logs.amazonaws.com' },
    }),
  },
  {
    name: 'deployer-makes-other-role',
    tried: 'makes a role that is none of its tenant’s',
    question: (testbed) => ({
      action: 'iam:CreateRole',
      resource: inAccount(testbed, 'iam', `role/${tenantRoleName('other')}`),
    }),
  },
  {
    name: 'deployer-takes-invocation-log',
    tried: 'takes away the account’s invocation log, which its neighbour has',
    by: ({ pooled2 }) => pooled2.deployerArn,
    question: () => ({ action: 'bedrock:DeleteModelInvocationLoggingConfiguration', resource: '*' }),
  },
]

const boundaryOf = ({ pooled1 }: Testbed, id = pooled1.id) => policyArn(pooled1.account, tenantBoundaryName(id))

const onOwnRole =
  (action: string, boundary?: (testbed: Testbed) => string): Asked['question'] =>
  (testbed) => ({
    action: `iam:${action}`,
    resource: testbed.pooled1.roleArn,
    context: {
      'aws:ResourceTag/tenant': 'pooled1',
      ...(boundary && { 'iam:PermissionsBoundary': boundary(testbed) }),
    },
  })

/** What bounds the roles that it may make, whatever it writes into their policies. */
const bounded: readonly Asked[] = [
  {
    name: 'deployer-makes-unbounded-role',
    tried: 'makes its own role without the boundary',
    question: onOwnRole('CreateRole'),
  },
  {
    name: 'deployer-makes-role-under-other-boundary',
    tried: 'makes its own role under the boundary of its neighbour’s',
    question: onOwnRole('CreateRole', (testbed) => boundaryOf(testbed, testbed.pooled2.id)),
  },
  {
    name: 'deployer-grants-unbounded-role',
    tried: 'writes a policy of its own role that has lost the boundary',
    question: onOwnRole('PutRolePolicy'),
  },
  {
    name: 'deployer-takes-boundary-off',
    tried: 'takes the boundary off its own role',
    question: onOwnRole('DeleteRolePermissionsBoundary', boundaryOf),
  },
  {
    name: 'deployer-changes-boundary',
    tried: 'puts AWS’s policy for administrators in the boundary’s place',
    question: onOwnRole('PutRolePermissionsBoundary', () => 'arn:aws:iam::aws:policy/AdministratorAccess'),
  },
  {
    name: 'deployer-writes-boundary',
    tried: 'writes another version of the boundary itself',
    question: (testbed) => ({ action: 'iam:CreatePolicyVersion', resource: boundaryOf(testbed) }),
  },
]

/** By the tenant's own role, whose policy its deployer writes: with that layer off, it has been given everything. */
interface Granted extends Pick<Pooled, 'name' | 'tried'> {
  readonly question: Asked['question']
}

const granted: readonly Granted[] = [
  {
    name: 'role-grants-neighbours-role',
    tried: 'writes a policy of its neighbour’s role',
    question: onRole('PutRolePolicy'),
  },
  {
    name: 'role-opens-neighbours-role',
    tried: 'writes the trust policy of its neighbour’s role',
    question: onRole('UpdateAssumeRolePolicy'),
  },
  {
    name: 'role-writes-neighbours-records',
    tried: 'writes into a log group of its neighbour’s',
    question: (testbed) => ({
      action: 'logs:PutLogEvents',
      resource: inAccount(testbed, 'logs', `log-group:${accountLogGroupPrefix('pooled2')}flow-logs-1:log-stream:one`),
    }),
  },
  {
    name: 'role-deletes-neighbours-endpoint',
    tried: 'deletes its neighbour’s model endpoint',
    question: ofEc2('DeleteVpcEndpoints', 'vpc-endpoint/vpce'),
  },
  {
    name: 'role-takes-boundary-off',
    tried: 'takes the boundary off itself',
    question: onOwnRole('DeleteRolePermissionsBoundary', boundaryOf),
  },
]

export const pooled: readonly Attempt[] = [
  ...calls,
  ...granted.map(
    ({ name, tried, question }): Pooled => ({
      name,
      means: 'question',
      tried: `The role of a tenant, which its deployer may give any policy, ${tried}`,
      expected: ['spokeRole', 'permissionsBoundary'],
      make: (testbed) =>
        testbed.ask({
          ...question(testbed),
          as: testbed.pooled1.roleArn,
          tags: { tenant_id: testbed.pooled1.id },
          resourceAccount: testbed.pooled1.account,
        }),
    }),
  ),
  ...[...asked, ...bounded].map(
    ({ name, tried, question, by = ({ pooled1 }) => pooled1.deployerArn }): Pooled => ({
      name,
      means: 'question',
      tried: `The deployer of a tenant ${tried}`,
      expected: ['callerPolicy'],
      remark:
        'One layer: within an account, AWS has the caller’s policy. In accounts of their own the account is the wall.',
      make: (testbed) =>
        testbed.ask({ ...question(testbed), as: by(testbed), resourceAccount: testbed.pooled1.account }),
    }),
  ),
].map((attempt) => ({ ...attempt, family: 'pooled' }))
