/** Credentials that somebody else has, or that are used from the wrong place. */

import type { Origin } from '@genai/local-cloud/network/path'
import { LAPTOP } from '../../../cli/demo/validate.ts'
import { auditLogGroupName, functionLogGroupName, PREFIX, roleArn } from '../../../shared/naming.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { ended, stopped, through } from '../outcome.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { asItsOwn, gatewayBecomes, withoutExternalId } from './become.ts'
import { counters } from './counters.ts'
import { guardrails } from './guardrails.ts'
import { fromFunction, type IdentityAttempt, models } from './models.ts'
import { stolen } from './stolen.ts'

const askAboutLogs = ({ ask, hub, tenant1 }: Testbed, action: string, logGroup: string) =>
  ask({
    as: tenant1.executionRoleArn,
    action,
    resource: `arn:aws:logs:${hub.region}:${hub.account}:log-group:${logGroup}`,
  })

/** Layers between one tenant's function and another tenant's model. */
const BETWEEN_TENANTS: readonly Layer[] = ['executionRole', 'permissionsBoundary', 'trustPolicy', 'securityGroups']

const attempts: readonly IdentityAttempt[] = [
  {
    name: 'function-becomes-other-role',
    tried:
      "The first tenant's function assumes the second tenant's role, with its external id and tag, and asks its model",
    expected: BETWEEN_TENANTS,
    make: (testbed) => gatewayBecomes(testbed, testbed.tenant1, testbed.tenant2),
  },
  {
    name: 'function-becomes-other-role-without-external-id',
    tried: 'The same without the external id',
    expected: BETWEEN_TENANTS,
    make: (testbed) => gatewayBecomes(testbed, testbed.tenant1, testbed.tenant2, withoutExternalId(testbed.tenant2)),
  },
  {
    name: 'own-role-without-external-id',
    tried: 'The right function assumes its own role without the external id (a confused deputy)',
    expected: ['trustPolicy'],
    remark: 'One layer: that is what an external id is for.',
    make: async (testbed) => {
      const { tenant2 } = testbed
      const from = fromFunction(testbed, tenant2)
      const step = await testbed.assume(from, testbed.steal(tenant2.executionRoleArn), withoutExternalId(tenant2))
      return ended(step, `credentials of ${tenant2.roleArn}`)
    },
  },
  {
    name: 'own-role-tagged-as-other',
    tried: "The first tenant's function assumes its own role with the second tenant's session tag",
    expected: ['executionRole', 'trustPolicy'],
    make: async (testbed) => {
      const { tenant1 } = testbed
      const { externalId, roleArn } = tenant1
      const step = await testbed.assume(fromFunction(testbed, tenant1), testbed.steal(tenant1.executionRoleArn), {
        roleArn,
        externalId,
        tags: { tenant_id: 'tenant2' },
      })
      return ended(step, 'a session that says it is the second tenant')
    },
  },
  {
    name: 'function-reads-other-item',
    tried: "The first tenant's function reads the second tenant's item",
    expected: ['executionRole', 'permissionsBoundary'],
    make: async (testbed) => {
      const { tenant1 } = testbed
      const step = await testbed.query(
        fromFunction(testbed, tenant1),
        testbed.steal(tenant1.executionRoleArn),
        'tenant2',
      )
      return ended(step, 'the second tenant’s configuration')
    },
  },
  {
    name: 'function-writes-trail',
    tried: "The first tenant's function writes into the audit trail of every tenant",
    means: 'question',
    expected: ['executionRole', 'permissionsBoundary'],
    make: (testbed) => askAboutLogs(testbed, 'logs:PutLogEvents', `${auditLogGroupName}:log-stream:tenant2`),
  },
  {
    name: 'function-reads-other-log',
    tried: "The first tenant's function reads the log of the second tenant's function",
    means: 'question',
    expected: ['executionRole', 'permissionsBoundary'],
    make: (testbed) => askAboutLogs(testbed, 'logs:GetLogEvents', `${functionLogGroupName('tenant2')}:log-stream:s`),
  },
  {
    name: 'function-role-with-network-permissions',
    on: 'lambda',
    means: 'question',
    tried:
      "The function's code uses the network permissions that Lambda needs in its role (`ec2:CreateNetworkInterface`)",
    expected: ['executionRole'],
    remark:
      'AWS gives Lambda’s service the same role as the code: one statement, on the calling function, is all there is.',
    make: async ({ hub, tenant1, platform, iam }) => {
      iam.forget()
      const decision = await platform.cloud.authorize({
        action: 'ec2:CreateNetworkInterface',
        resource: `arn:aws:ec2:${hub.region}:${hub.account}:subnet/${hub.privateSubnets[0]?.id}`,
        resourceAccount: hub.account,
        region: hub.region,
        context: {},
        session: {
          account: hub.account,
          roleArn: tenant1.executionRoleArn,
          sessionName: 'code',
          tags: {},
          sessionPolicies: [],
          arn: `arn:aws:sts::${hub.account}:assumed-role/${tenant1.functionName}/code`,
          sourceFunctionArn: tenant1.functionArn,
        },
      })
      return decision.allowed
        ? through('a network interface in the hub')
        : stopped(iam.refusals()?.by ?? [], decision.message)
    },
  },
  {
    name: 'client-instance-becomes-role',
    tried:
      "The credentials of the hub's client instance, used at STS from the internet, assume the second tenant's role; the instance asks its model",
    expected: ['callerPolicy', 'trustPolicy', 'vpcRoutes', 'securityGroups'],
    remark: 'From the instance itself STS is the hub’s endpoint, which admits the functions’ subnets only.',
    make: async (testbed) => {
      const instance = testbed.platform.cloud.ledger.all('aws:ec2/instance:Instance')[0]
      if (!instance) throw new Error('The hub has no client instance: set clientInstance.')
      const { tenant2 } = testbed
      const credentials = testbed.steal(roleArn(testbed.hub.account, `${PREFIX}-hub-client`))
      const assumed = await testbed.assume(LAPTOP, credentials, asItsOwn(tenant2))
      if (!assumed.ok) return assumed.outcome
      const from: Origin = { kind: 'instance', instanceId: instance.id }
      return ended(
        await testbed.converse(from, assumed.value, tenant2.endpoint, tenant2.modelId),
        `the model of account ${tenant2.account} answered`,
      )
    },
  },
  {
    name: 'client-instance-at-sts',
    tried: "The hub's client instance, with its own role, assumes the second tenant's role where STS is from there",
    expected: ['securityGroups', 'endpointPolicy', 'callerPolicy', 'trustPolicy'],
    make: async (testbed) => {
      const instance = testbed.platform.cloud.ledger.all('aws:ec2/instance:Instance')[0]
      if (!instance) throw new Error('The hub has no client instance: set clientInstance.')
      const credentials = testbed.steal(roleArn(testbed.hub.account, `${PREFIX}-hub-client`))
      const from: Origin = { kind: 'instance', instanceId: instance.id }
      return ended(
        await testbed.assume(from, credentials, asItsOwn(testbed.tenant2)),
        'credentials of the tenant’s role',
      )
    },
  },
  ...stolen,
  ...models,
  ...counters,
  ...guardrails,
]

export const identity: readonly Attempt[] = attempts.map((attempt) => ({
  means: 'call',
  ...attempt,
  family: 'identity',
}))
