/**
 * Tenants at the model endpoint that the hub shares: attempts between two of them, and between one of them and a tenant with its own endpoint.
 * They have fewer layers: the network does not separate two of them, and no endpoint policy is for one of them only.
 */
import { LAPTOP } from '../../../cli/demo/validate.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { ended } from '../outcome.ts'
import { UNLISTED_MODELS } from '../switches/switches.ts'
import type { TestbedTenant } from '../testbed/tenant.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { gatewayBecomes, withoutExternalId } from './become.ts'

/** Layers that keep another tenant's gateway from assuming a tenant's role. */
const BEFORE_CREDENTIALS: readonly Layer[] = ['executionRole', 'permissionsBoundary', 'trustPolicy']

type Shared = Omit<Attempt, 'family' | 'means'>

const becoming: readonly Shared[] = [
  {
    name: 'function-becomes-other-role',
    tried:
      'The gateway of a tenant at the shared endpoint assumes the role of another one there, with its external id and tag, and asks its model',
    expected: BEFORE_CREDENTIALS,
    remark:
      'With endpoints of their own the network is a fourth (`identity/function-becomes-other-role`): at the shared one both gateways reach it.',
    make: (testbed) => gatewayBecomes(testbed, testbed.shared1, testbed.shared2),
  },
  {
    name: 'function-becomes-other-role-without-external-id',
    tried: 'The same without the external id',
    expected: BEFORE_CREDENTIALS,
    make: (testbed) => gatewayBecomes(testbed, testbed.shared1, testbed.shared2, withoutExternalId(testbed.shared2)),
  },
  {
    name: 'own-becomes-shared-role',
    tried:
      'The gateway of a tenant with an endpoint of its own assumes the role of a tenant at the shared one, and asks its model there',
    expected: [...BEFORE_CREDENTIALS, 'securityGroups'],
    make: (testbed) => gatewayBecomes(testbed, testbed.tenant1, testbed.shared2),
  },
  {
    name: 'shared-becomes-own-role',
    tried:
      'The gateway of a tenant at the shared endpoint assumes the role of a tenant with its own, and asks its model at that endpoint',
    expected: [...BEFORE_CREDENTIALS, 'securityGroups'],
    make: (testbed) => gatewayBecomes(testbed, testbed.shared1, testbed.tenant2),
  },
]

/** A call of a model with credentials that a tenant's gateway has got. */
interface Call {
  /** The tenant whose gateway sends the request. */
  readonly from: TestbedTenant | 'internet'
  /** Whose credentials: those of a session with the tenant's tag, which the shared endpoint's policy requires. */
  readonly as: Pick<TestbedTenant, 'roleArn' | 'id'>
  /** Host name of the endpoint. */
  readonly at: string
  readonly modelId: string
}

interface Asking extends Omit<Shared, 'make'> {
  readonly call: (testbed: Testbed) => Call
  /** What the attacker has if the model answers. */
  readonly gained: string
}

const OTHERS_BILL = 'an answer on the other tenant’s bill'

const asking: readonly Asking[] = [
  {
    name: 'credentials-in-own-function',
    tried:
      'Credentials of a tenant at the shared endpoint, stolen, used there from the gateway of a tenant with an endpoint of its own',
    expected: ['securityGroups'],
    remark:
      'One layer of two rules, each of which stops it by itself: the gateway is not let out, and the endpoint does not let it in (tests/platform/model-endpoint.test.ts).',
    call: ({ tenant1, shared2 }) => ({ from: tenant1, as: shared2, at: shared2.endpoint, modelId: shared2.modelId }),
    gained: OTHERS_BILL,
  },
  {
    name: 'credentials-at-own-endpoint',
    tried: 'The same credentials, used at the endpoint of a tenant that has its own, from that tenant’s gateway',
    expected: ['endpointPolicy', 'spokeRole'],
    call: ({ tenant2, shared2 }) => ({ from: tenant2, as: shared2, at: tenant2.endpoint, modelId: shared2.modelId }),
    gained: OTHERS_BILL,
  },
  {
    name: 'credentials-from-internet',
    tried: 'The same credentials, used at Bedrock’s public address',
    expected: ['spokeRole', 'serviceControl'],
    call: ({ hub, shared2 }) => ({
      from: 'internet',
      as: shared2,
      at: `bedrock-runtime.${hub.region}.amazonaws.com`,
      modelId: shared2.modelId,
    }),
    gained: OTHERS_BILL,
  },
  {
    name: 'own-role-at-shared-endpoint',
    tried: 'The role of a tenant with an endpoint of its own, used through the shared endpoint',
    expected: ['spokeRole'],
    remark:
      'One layer: the shared policy takes every role that is called like a tenant’s, so only the role’s own says that it has another way.',
    call: ({ shared1, tenant2 }) => ({ from: shared1, as: tenant2, at: shared1.endpoint, modelId: tenant2.modelId }),
    gained: 'the role of another tenant, past its own endpoint',
  },
  {
    name: 'other-role-at-shared-endpoint',
    tried:
      'A role of a tenant’s account that is not the gateway’s, and may do everything there, used through the shared endpoint',
    expected: ['endpointPolicy'],
    remark:
      'One layer: an account’s own administrators are bounded by the organisation only, and the call comes through an endpoint.',
    call: ({ shared1 }) => ({
      from: shared1,
      as: { id: shared1.id, roleArn: shared1.administratorArn },
      at: shared1.endpoint,
      modelId: shared1.modelId,
    }),
    gained: 'an answer past the gateway',
  },
  {
    name: 'others-model',
    tried: 'The role of a tenant at the shared endpoint asks for a model that another one there may use',
    expected: ['spokeRole'],
    remark:
      'One layer, behind the gateway’s own list: the shared policy lists what any of its tenants may call. With an endpoint of its own the endpoint’s policy is a second.',
    call: ({ shared1, shared2 }) => ({ from: shared1, as: shared1, at: shared1.endpoint, modelId: shared2.modelId }),
    gained: 'a model that the tenant may not use',
  },
  {
    name: 'unlisted-model',
    tried: 'The same for a model that the hub does not list',
    expected: ['endpointPolicy', 'spokeRole', 'serviceControl'],
    call: ({ shared1 }) => ({
      from: shared1,
      as: shared1,
      at: shared1.endpoint,
      modelId: Object.values(UNLISTED_MODELS)[0] ?? '',
    }),
    gained: 'a model that nobody may use',
  },
]

async function ask(testbed: Testbed, { from, as, at, modelId }: Call) {
  const origin = from === 'internet' ? LAPTOP : testbed.gatewayOf(from)
  return await testbed.converse(origin, testbed.steal(as.roleArn, { tags: { tenant_id: as.id } }), at, modelId)
}

export const shared: readonly Attempt[] = [
  ...becoming,
  ...asking.map(
    ({ call, gained, ...attempt }): Shared => ({
      ...attempt,
      make: async (testbed) => ended(await ask(testbed, call(testbed)), gained),
    }),
  ),
].map((attempt) => ({ ...attempt, family: 'shared', means: 'call' }))
