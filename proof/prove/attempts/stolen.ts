/** Credentials of a tenant's roles, used by somebody else or from somewhere else. */
import { LAPTOP } from '../../../cli/demo/validate.ts'
import type { Layer } from '../layers.ts'
import { ended } from '../outcome.ts'
import { trustOf } from '../testbed/policies.ts'
import { asItsOwn, becomeAndAsk } from './become.ts'
import { fromFunction, type IdentityAttempt } from './models.ts'

/** Layers that check where a request comes from. STS and DynamoDB are public, but these credentials must not be used there from outside. */
const FROM_ELSEWHERE: readonly Layer[] = ['executionRole', 'permissionsBoundary', 'trustPolicy']

export const stolen: readonly IdentityAttempt[] = [
  {
    name: 'stolen-execution-role-from-internet',
    tried:
      "The second tenant's execution-role credentials, stolen, assume its role from the internet and ask its model at its endpoint",
    expected: [...FROM_ELSEWHERE, 'addresses'],
    remark: 'At Bedrock’s public address, behind the same three: `identity/stolen-execution-role-public-bedrock`.',
    make: (testbed) =>
      becomeAndAsk(
        testbed,
        LAPTOP,
        testbed.steal(testbed.tenant2.executionRoleArn),
        asItsOwn(testbed.tenant2),
        testbed.tenant2,
      ),
  },
  {
    name: 'stolen-execution-role-public-bedrock',
    tried: 'The same, at Bedrock’s public address',
    expected: [...FROM_ELSEWHERE, 'spokeRole', 'serviceControl'],
    make: async (testbed) => {
      const { tenant2, hub } = testbed
      const assumed = await testbed.assume(LAPTOP, testbed.steal(tenant2.executionRoleArn), asItsOwn(tenant2))
      if (!assumed.ok) return assumed.outcome
      const host = `bedrock-runtime.${hub.region}.amazonaws.com`
      return ended(
        await testbed.converse(LAPTOP, assumed.value, host, tenant2.modelId),
        'an answer on the tenant’s bill',
      )
    },
  },
  {
    name: 'stolen-execution-role-reads-items',
    tried: "The second tenant's execution-role credentials, stolen, read its items from the internet",
    expected: ['executionRole', 'permissionsBoundary'],
    make: async (testbed) =>
      ended(
        await testbed.query(LAPTOP, testbed.steal(testbed.tenant2.executionRoleArn), 'tenant2'),
        'the second tenant’s configuration',
      ),
  },
  {
    name: 'stolen-execution-role-in-other-vpc',
    means: 'question',
    tried:
      "The second tenant's execution-role credentials, stolen, assume its role through an STS endpoint in the thief's own VPC",
    expected: FROM_ELSEWHERE,
    make: (testbed) => {
      const { tenant2 } = testbed
      return testbed.ask({
        as: tenant2.executionRoleArn,
        action: 'sts:AssumeRole',
        resource: tenant2.roleArn,
        context: {
          'sts:ExternalId': tenant2.externalId,
          'aws:SourceVpc': 'vpc-0123456789abcdef0',
          'aws:SourceVpce': 'vpce-0123456789abcdef0',
        },
        resourcePolicy: trustOf(testbed, tenant2.roleArn),
      })
    },
  },
  {
    name: 'stolen-execution-role-in-other-function',
    tried: "The second tenant's execution-role credentials, stolen, used in the first tenant's function",
    expected: ['securityGroups'],
    remark:
      'Identity cannot tell the thief from the owner: the first tenant’s function has no way to the second tenant’s endpoint.',
    make: (testbed) =>
      becomeAndAsk(
        testbed,
        fromFunction(testbed, testbed.tenant1),
        testbed.steal(testbed.tenant2.executionRoleArn),
        asItsOwn(testbed.tenant2),
        testbed.tenant2,
      ),
  },
  {
    name: 'spoke-role-from-internet',
    tried: "The first tenant's role used outside its own endpoint: from the internet, at Bedrock’s public address",
    expected: ['spokeRole', 'serviceControl'],
    make: async (testbed) => {
      const { tenant1, hub } = testbed
      const host = `bedrock-runtime.${hub.region}.amazonaws.com`
      const step = await testbed.converse(LAPTOP, testbed.steal(tenant1.roleArn), host, tenant1.modelId)
      return ended(step, 'an answer on the tenant’s bill')
    },
  },
  {
    name: 'spoke-role-at-other-endpoint',
    tried: "The first tenant's role used through the second tenant's endpoint, from the second tenant's function",
    expected: ['endpointPolicy', 'spokeRole'],
    make: async (testbed) => {
      const { tenant1, tenant2 } = testbed
      const from = fromFunction(testbed, tenant2)
      return ended(
        await testbed.converse(from, testbed.steal(tenant1.roleArn), tenant2.endpoint, tenant1.modelId),
        'the first tenant’s role, through the second tenant’s endpoint',
      )
    },
  },
  {
    name: 'expired-credential',
    tried: "A copy of the role's credentials replayed a minute after they expired, from the right place",
    expected: ['credentials'],
    remark: 'One layer: AWS has no second expiry.',
    make: async (testbed) => {
      const { tenant1, clock } = testbed
      const credentials = testbed.steal(tenant1.roleArn, { seconds: 900 })
      clock.ahead += 960
      try {
        const from = fromFunction(testbed, tenant1)
        return ended(
          await testbed.converse(from, credentials, tenant1.endpoint, tenant1.modelId),
          'an answer, for ever',
        )
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
    make: async (testbed) => {
      const { tenant1 } = testbed
      const credentials = { ...testbed.steal(tenant1.roleArn), secretAccessKey: 'a'.repeat(40) }
      const from = fromFunction(testbed, tenant1)
      return ended(
        await testbed.converse(from, credentials, tenant1.endpoint, tenant1.modelId),
        'an answer without the secret',
      )
    },
  },
]
