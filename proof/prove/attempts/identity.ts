/** Credentials in the wrong hands, or used from the wrong place. */

import type { Origin } from '@genai/local-cloud/network/path'
import { LAPTOP } from '../../../cli/demo/validate.ts'
import { auditLogGroupName, functionLogGroupName, PREFIX, roleArn } from '../../../shared/naming.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { ended, type Outcome, stopped, through } from '../outcome.ts'
import type { Assumption } from '../site/aws-calls.ts'
import { trustOf } from '../site/policies.ts'
import type { AwsCredentials } from '../site/sign.ts'
import type { Site } from '../site/site.ts'
import type { SiteTenant } from '../site/tenant.ts'
import { counters } from './counters.ts'
import { guardrails } from './guardrails.ts'
import { fromFunction, type IdentityAttempt, models } from './models.ts'

/** What the tenant's own function sends. */
const asItsOwn = ({ roleArn, externalId, id }: SiteTenant): Assumption => ({
  roleArn,
  externalId,
  tags: { tenant_id: id },
})

/** Becomes a role, then asks its account's model: all that an attacker wants. */
async function becomeAndAsk(
  site: Site,
  from: Origin,
  credentials: AwsCredentials,
  assumption: Assumption,
  victim: SiteTenant,
): Promise<Outcome> {
  const assumed = await site.assume(from, credentials, assumption)
  if (!assumed.ok) return assumed.outcome
  const answered = await site.converse(from, assumed.value, victim.endpoint, victim.modelId)
  return ended(answered, `the model of account ${victim.account} answered`)
}

const askAboutLogs = ({ ask, hub, tenant1 }: Site, action: string, logGroup: string) =>
  ask({
    as: tenant1.executionRoleArn,
    action,
    resource: `arn:aws:logs:${hub.region}:${hub.account}:log-group:${logGroup}`,
  })

/** Layers between one tenant's function and another tenant's model. */
const BETWEEN_TENANTS: readonly Layer[] = ['executionRole', 'permissionsBoundary', 'trustPolicy', 'securityGroups']

/** Layers that ask where a request comes from: STS and DynamoDB are public, but these credentials are not for there. */
const FROM_ELSEWHERE: readonly Layer[] = ['executionRole', 'permissionsBoundary', 'trustPolicy']

const attempts: readonly IdentityAttempt[] = [
  {
    name: 'function-becomes-other-role',
    tried:
      "The first tenant's function assumes the second tenant's role, with its external id and tag, and asks its model",
    expected: BETWEEN_TENANTS,
    make: (site) =>
      becomeAndAsk(
        site,
        fromFunction(site, site.tenant1),
        site.steal(site.tenant1.executionRoleArn),
        asItsOwn(site.tenant2),
        site.tenant2,
      ),
  },
  {
    name: 'function-becomes-other-role-without-external-id',
    tried: 'The same without the external id',
    expected: BETWEEN_TENANTS,
    make: (site) =>
      becomeAndAsk(
        site,
        fromFunction(site, site.tenant1),
        site.steal(site.tenant1.executionRoleArn),
        { roleArn: site.tenant2.roleArn, tags: { tenant_id: 'tenant2' } },
        site.tenant2,
      ),
  },
  {
    name: 'own-role-without-external-id',
    tried: 'The right function assumes its own role without the external id (a confused deputy)',
    expected: ['trustPolicy'],
    remark: 'One layer: that is what an external id is for.',
    make: async (site) => {
      const { tenant2 } = site
      const from = fromFunction(site, tenant2)
      const step = await site.assume(from, site.steal(tenant2.executionRoleArn), {
        roleArn: tenant2.roleArn,
        tags: { tenant_id: 'tenant2' },
      })
      return ended(step, `credentials of ${tenant2.roleArn}`)
    },
  },
  {
    name: 'own-role-tagged-as-other',
    tried: "The first tenant's function assumes its own role with the second tenant's session tag",
    expected: ['executionRole', 'trustPolicy'],
    make: async (site) => {
      const { tenant1 } = site
      const { externalId, roleArn } = tenant1
      const step = await site.assume(fromFunction(site, tenant1), site.steal(tenant1.executionRoleArn), {
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
    make: async (site) => {
      const { tenant1 } = site
      const step = await site.query(fromFunction(site, tenant1), site.steal(tenant1.executionRoleArn), 'tenant2')
      return ended(step, 'the second tenant’s configuration')
    },
  },
  {
    name: 'function-writes-trail',
    tried: "The first tenant's function writes into the audit trail of every tenant",
    means: 'question',
    expected: ['executionRole', 'permissionsBoundary'],
    make: (site) => askAboutLogs(site, 'logs:PutLogEvents', `${auditLogGroupName}:log-stream:tenant2`),
  },
  {
    name: 'function-reads-other-log',
    tried: "The first tenant's function reads the log of the second tenant's function",
    means: 'question',
    expected: ['executionRole', 'permissionsBoundary'],
    make: (site) => askAboutLogs(site, 'logs:GetLogEvents', `${functionLogGroupName('tenant2')}:log-stream:s`),
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
    make: async (site) => {
      const instance = site.platform.cloud.ledger.all('aws:ec2/instance:Instance')[0]
      if (!instance) throw new Error('The hub has no client instance: set clientInstance.')
      const { tenant2 } = site
      const credentials = site.steal(roleArn(site.hub.account, `${PREFIX}-hub-client`))
      const assumed = await site.assume(LAPTOP, credentials, asItsOwn(tenant2))
      if (!assumed.ok) return assumed.outcome
      const from: Origin = { kind: 'instance', instanceId: instance.id }
      return ended(
        await site.converse(from, assumed.value, tenant2.endpoint, tenant2.modelId),
        `the model of account ${tenant2.account} answered`,
      )
    },
  },
  {
    name: 'client-instance-at-sts',
    tried: "The hub's client instance, with its own role, assumes the second tenant's role where STS is from there",
    expected: ['securityGroups', 'endpointPolicy', 'callerPolicy', 'trustPolicy'],
    make: async (site) => {
      const instance = site.platform.cloud.ledger.all('aws:ec2/instance:Instance')[0]
      if (!instance) throw new Error('The hub has no client instance: set clientInstance.')
      const credentials = site.steal(roleArn(site.hub.account, `${PREFIX}-hub-client`))
      const from: Origin = { kind: 'instance', instanceId: instance.id }
      return ended(await site.assume(from, credentials, asItsOwn(site.tenant2)), 'credentials of the tenant’s role')
    },
  },
  {
    name: 'stolen-execution-role-from-internet',
    tried:
      "The second tenant's execution-role credentials, stolen, assume its role from the internet and ask its model at its endpoint",
    expected: [...FROM_ELSEWHERE, 'addresses'],
    remark: 'At Bedrock’s public address, behind the same three: `identity/stolen-execution-role-public-bedrock`.',
    make: (site) =>
      becomeAndAsk(site, LAPTOP, site.steal(site.tenant2.executionRoleArn), asItsOwn(site.tenant2), site.tenant2),
  },
  {
    name: 'stolen-execution-role-public-bedrock',
    tried: 'The same, at Bedrock’s public address',
    expected: [...FROM_ELSEWHERE, 'spokeRole', 'serviceControl'],
    make: async (site) => {
      const { tenant2, hub } = site
      const assumed = await site.assume(LAPTOP, site.steal(tenant2.executionRoleArn), asItsOwn(tenant2))
      if (!assumed.ok) return assumed.outcome
      const host = `bedrock-runtime.${hub.region}.amazonaws.com`
      return ended(await site.converse(LAPTOP, assumed.value, host, tenant2.modelId), 'an answer on the tenant’s bill')
    },
  },
  {
    name: 'stolen-execution-role-reads-items',
    tried: "The second tenant's execution-role credentials, stolen, read its items from the internet",
    expected: ['executionRole', 'permissionsBoundary'],
    make: async (site) =>
      ended(
        await site.query(LAPTOP, site.steal(site.tenant2.executionRoleArn), 'tenant2'),
        'the second tenant’s configuration',
      ),
  },
  {
    name: 'stolen-execution-role-in-other-vpc',
    means: 'question',
    tried:
      "The second tenant's execution-role credentials, stolen, assume its role through an STS endpoint in the thief's own VPC",
    expected: FROM_ELSEWHERE,
    make: (site) => {
      const { tenant2 } = site
      return site.ask({
        as: tenant2.executionRoleArn,
        action: 'sts:AssumeRole',
        resource: tenant2.roleArn,
        context: {
          'sts:ExternalId': tenant2.externalId,
          'aws:SourceVpc': 'vpc-0123456789abcdef0',
          'aws:SourceVpce': 'vpce-0123456789abcdef0',
        },
        resourcePolicy: trustOf(site, tenant2.roleArn),
      })
    },
  },
  {
    name: 'stolen-execution-role-in-other-function',
    tried: "The second tenant's execution-role credentials, stolen, used in the first tenant's function",
    expected: ['securityGroups'],
    remark:
      'Identity cannot tell the thief from the owner: the first tenant’s function has no way to the second tenant’s endpoint.',
    make: (site) =>
      becomeAndAsk(
        site,
        fromFunction(site, site.tenant1),
        site.steal(site.tenant2.executionRoleArn),
        asItsOwn(site.tenant2),
        site.tenant2,
      ),
  },
  {
    name: 'spoke-role-from-internet',
    tried: "The first tenant's role used outside its own endpoint: from the internet, at Bedrock’s public address",
    expected: ['spokeRole', 'serviceControl'],
    make: async (site) => {
      const { tenant1, hub } = site
      const host = `bedrock-runtime.${hub.region}.amazonaws.com`
      const step = await site.converse(LAPTOP, site.steal(tenant1.roleArn), host, tenant1.modelId)
      return ended(step, 'an answer on the tenant’s bill')
    },
  },
  {
    name: 'spoke-role-at-other-endpoint',
    tried: "The first tenant's role used through the second tenant's endpoint, from the second tenant's function",
    expected: ['endpointPolicy', 'spokeRole'],
    make: async (site) => {
      const { tenant1, tenant2 } = site
      const from = fromFunction(site, tenant2)
      return ended(
        await site.converse(from, site.steal(tenant1.roleArn), tenant2.endpoint, tenant1.modelId),
        'the first tenant’s role, through the second tenant’s endpoint',
      )
    },
  },
  {
    name: 'expired-credential',
    tried: "A copy of the role's credentials replayed a minute after they expired, from the right place",
    expected: ['credentials'],
    remark: 'One layer: AWS has no second expiry.',
    make: async (site) => {
      const { tenant1, clock } = site
      const credentials = site.steal(tenant1.roleArn, { seconds: 900 })
      clock.ahead += 960
      try {
        const from = fromFunction(site, tenant1)
        return ended(await site.converse(from, credentials, tenant1.endpoint, tenant1.modelId), 'an answer, for ever')
      } finally {
        clock.ahead -= 960
      }
    },
  },
  {
    name: 'changed-signature',
    tried: 'A request signed with another secret under a genuine access key',
    expected: ['credentials'],
    remark: 'One layer: the signature is who the caller is.',
    make: async (site) => {
      const { tenant1 } = site
      const credentials = { ...site.steal(tenant1.roleArn), secretAccessKey: 'a'.repeat(40) }
      const from = fromFunction(site, tenant1)
      return ended(
        await site.converse(from, credentials, tenant1.endpoint, tenant1.modelId),
        'an answer without the secret',
      )
    },
  },
  ...models,
  ...counters,
  ...guardrails,
]

export const identity: readonly Attempt[] = attempts.map((attempt) => ({
  means: 'call',
  ...attempt,
  family: 'identity',
}))
