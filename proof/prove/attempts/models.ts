/** Models that the tenant may not use, and API keys that would be used without a role. */

import type { Origin } from '@genai/local-cloud/network/path'
import { LAPTOP } from '../../../cli/demo/validate.ts'
import type { Attempt } from '../attempt.ts'
import { ended, type Outcome } from '../outcome.ts'
import { UNLISTED_MODELS } from '../switches/switches.ts'
import { makeApiKey } from '../testbed/api-key.ts'
import type { TestbedTenant } from '../testbed/tenant.ts'
import type { Testbed } from '../testbed/testbed.ts'

/** @default a call */
export type IdentityAttempt = Omit<Attempt, 'family' | 'means'> & Partial<Pick<Attempt, 'means'>>

export const fromFunction = (testbed: Testbed, tenant: TestbedTenant): Origin => testbed.gatewayOf(tenant)

/** Other operations with which Bedrock answers: a policy that denies only `InvokeModel` does not cover them. */
const OTHER_WAYS = [
  {
    name: 'batch',
    tried: 'a batch of answers of a model that it may use',
    // A model that the tenant may use, because the operation is what is tried.
    call: (region: string) => ({
      action: 'bedrock:CreateModelInvocationJob',
      resource: `arn:aws:bedrock:${region}::foundation-model/amazon.nova-2-lite-v1:0`,
    }),
  },
  {
    name: 'mantle',
    tried: 'an answer at the `bedrock-mantle` endpoint',
    call: (region: string, account: string) => ({
      action: 'bedrock-mantle:CreateInference',
      resource: `arn:aws:bedrock-mantle:${region}:${account}:project/default`,
    }),
  },
] as const

const otherWays: readonly IdentityAttempt[] = OTHER_WAYS.flatMap(({ name, tried, call }) => [
  {
    name: `${name}-of-role`,
    means: 'question',
    tried: `The first tenant's role asks for ${tried}`,
    expected: ['spokeRole', 'serviceControl'],
    make: ({ ask, hub, tenant1 }) =>
      ask({ as: tenant1.roleArn, ...call(hub.region, tenant1.account), resourceAccount: tenant1.account }),
  },
  {
    name: `${name}-of-administrator`,
    means: 'question',
    tried: `A person who deploys in the tenant's account asks for ${tried}`,
    expected: ['serviceControl'],
    remark:
      'One layer, as for `identity/api-key-made`: an account’s administrators are bounded by the organisation only.',
    make: ({ ask, hub, tenant1 }) =>
      ask({ as: tenant1.administratorArn, ...call(hub.region, tenant1.account), resourceAccount: tenant1.account }),
  },
])

export const models: readonly IdentityAttempt[] = [
  {
    name: 'unlisted-model',
    means: 'request',
    tried: 'A model outside the list, asked for at the gateway by its name',
    expected: ['tableItem', 'endpointPolicy', 'spokeRole', 'serviceControl'],
    make: async (testbed) =>
      await testbed.request(
        {
          target: '/tenant1/invoke',
          headers: [['authorization', `Bearer ${await testbed.forge.genuine('tenant1')}`]],
          body: JSON.stringify({ prompt: 'Hello', model: Object.keys(UNLISTED_MODELS)[0] }),
        },
        'served',
      ),
  },
  {
    name: 'unlisted-model-direct',
    tried: "A model outside the list, asked for with the role's credentials at the right endpoint",
    expected: ['endpointPolicy', 'spokeRole', 'serviceControl'],
    make: async (testbed) => {
      const { tenant1 } = testbed
      const from = fromFunction(testbed, tenant1)
      const step = await testbed.converse(
        from,
        testbed.steal(tenant1.roleArn),
        tenant1.endpoint,
        UNLISTED_MODELS['nova-pro'],
      )
      return ended(step, 'an answer of a model that the tenant may not use')
    },
  },
  {
    name: 'unreviewed-model',
    means: 'question',
    tried:
      "A provider's model that the organisation has not reviewed, with the role's credentials at the right endpoint",
    expected: ['endpointPolicy', 'spokeRole', 'serviceControl'],
    make: (testbed) =>
      askThroughEndpoint(
        testbed,
        'bedrock:InvokeModel',
        `arn:aws:bedrock:${testbed.hub.region}::foundation-model/meta.llama3-3-70b-instruct-v1:0`,
      ),
  },
  {
    name: 'api-key-made',
    means: 'question',
    tried: "A person who deploys in the tenant's account makes a Bedrock API key",
    expected: ['serviceControl'],
    remark: 'One layer: whoever may do everything with IAM in an account is bounded by the organisation only.',
    make: ({ ask, tenant1 }) =>
      ask({
        as: tenant1.administratorArn,
        action: 'iam:CreateServiceSpecificCredential',
        resource: `arn:aws:iam::${tenant1.account}:user/somebody`,
      }),
  },
  {
    name: 'api-key-of-role',
    tried: "A Bedrock API key made from the role's session, used at its own endpoint from the right place",
    expected: ['endpointPolicy', 'spokeRole', 'serviceControl'],
    remark: 'The key carries who made it: with these three gone it is as good as the session.',
    make: async (testbed) => {
      const { tenant1 } = testbed
      const key = await apiKey(testbed, tenant1.roleArn)
      const from = fromFunction(testbed, tenant1)
      return ended(
        await testbed.converseWithKey(from, key, tenant1.endpoint, tenant1.modelId),
        'an answer without a role',
      )
    },
  },
  {
    name: 'api-key-of-administrator',
    tried: "A Bedrock API key made by a person who deploys in the tenant's account, used from the internet",
    expected: ['serviceControl'],
    remark: 'One layer, as for `identity/api-key-made`: the account’s own administrator made it.',
    make: async (testbed) => {
      const { tenant1, hub } = testbed
      const host = `bedrock-runtime.${hub.region}.amazonaws.com`
      const key = await apiKey(testbed, tenant1.administratorArn)
      const step = await testbed.converseWithKey(LAPTOP, key, host, tenant1.modelId)
      return ended(step, 'an answer, past roles, endpoint and hub')
    },
  },
  {
    name: 'api-key-expired',
    tried: "A Bedrock API key made by a person who deploys in the tenant's account, replayed after it expired",
    expected: ['credentials'],
    remark: 'Refused before IAM is asked: AWS has no second expiry.',
    make: async (testbed) => {
      const { tenant1, hub, clock } = testbed
      const key = await apiKey(testbed, tenant1.administratorArn, 60)
      clock.ahead += 120
      try {
        const host = `bedrock-runtime.${hub.region}.amazonaws.com`
        return ended(await testbed.converseWithKey(LAPTOP, key, host, tenant1.modelId), 'an answer, for ever')
      } finally {
        clock.ahead -= 120
      }
    },
  },
  ...otherWays,
]

/** A key of a session that lasts an hour. */
const apiKey = ({ steal, hub, clock }: Testbed, roleArn: string, expiresInSeconds = 900) =>
  makeApiKey(steal(roleArn), { region: hub.region, expiresInSeconds, now: Date.now() + clock.ahead * 1000 })

/** Asks with the tenant's role through its own endpoint: only what is asked for is wrong. */
function askThroughEndpoint({ ask, platform, tenant1 }: Testbed, action: string, resource: string): Promise<Outcome> {
  const endpoint = platform.cloud.ledger
    .all('aws:ec2/vpcEndpoint:VpcEndpoint')
    .find(({ outputs }) => JSON.stringify(outputs.dnsEntries).includes(`"${tenant1.endpoint}"`))
  if (!endpoint) throw new Error('The first tenant has no model endpoint.')
  return ask({
    as: tenant1.roleArn,
    action,
    resource,
    resourceAccount: tenant1.account,
    context: { 'aws:SourceVpce': endpoint.id, 'aws:SourceVpc': String(endpoint.outputs.vpcId) },
    endpointPolicy: JSON.parse(String(endpoint.outputs.policy)),
  })
}
