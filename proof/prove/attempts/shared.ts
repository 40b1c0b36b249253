/**
 * Tenants at the model endpoint that the hub shares, among themselves and beside tenants with an endpoint of their own. They have fewer
 * layers: no network wall between two of them, and no policy of an endpoint of their own.
 */
import { LAPTOP } from '../../../cli/demo/validate.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { ended } from '../outcome.ts'
import type { Site } from '../site/site.ts'
import type { SiteTenant } from '../site/tenant.ts'
import { UNLISTED_MODELS } from '../switches/switches.ts'
import { asItsOwn, becomeAndAsk } from './become.ts'
import { fromFunction } from './models.ts'

/** Of a session that a tenant's gateway has opened: the endpoint's policy asks for its tag. */
const inSession = (site: Site, { roleArn, id }: SiteTenant) => site.steal(roleArn, { tags: { tenant_id: id } })

/** What keeps another tenant's gateway from becoming a tenant's role. */
const BEFORE_CREDENTIALS: readonly Layer[] = ['executionRole', 'permissionsBoundary', 'trustPolicy']

const attempts: readonly Omit<Attempt, 'family'>[] = [
  {
    name: 'function-becomes-other-role',
    means: 'call',
    tried:
      'The gateway of a tenant at the shared endpoint assumes the role of another one there, with its external id and tag, and asks its model',
    expected: BEFORE_CREDENTIALS,
    remark:
      'With endpoints of their own the network is a fourth (`identity/function-becomes-other-role`): at the shared one both gateways reach it.',
    make: (site) =>
      becomeAndAsk(
        site,
        fromFunction(site, site.shared1),
        site.steal(site.shared1.executionRoleArn),
        asItsOwn(site.shared2),
        site.shared2,
      ),
  },
  {
    name: 'function-becomes-other-role-without-external-id',
    means: 'call',
    tried: 'The same without the external id',
    expected: BEFORE_CREDENTIALS,
    make: (site) =>
      becomeAndAsk(
        site,
        fromFunction(site, site.shared1),
        site.steal(site.shared1.executionRoleArn),
        { roleArn: site.shared2.roleArn, tags: { tenant_id: site.shared2.id } },
        site.shared2,
      ),
  },
  {
    name: 'own-becomes-shared-role',
    means: 'call',
    tried:
      'The gateway of a tenant with an endpoint of its own assumes the role of a tenant at the shared one, and asks its model there',
    expected: [...BEFORE_CREDENTIALS, 'securityGroups'],
    make: (site) =>
      becomeAndAsk(
        site,
        fromFunction(site, site.tenant1),
        site.steal(site.tenant1.executionRoleArn),
        asItsOwn(site.shared2),
        site.shared2,
      ),
  },
  {
    name: 'shared-becomes-own-role',
    means: 'call',
    tried:
      'The gateway of a tenant at the shared endpoint assumes the role of a tenant with its own, and asks its model at that endpoint',
    expected: [...BEFORE_CREDENTIALS, 'securityGroups'],
    make: (site) =>
      becomeAndAsk(
        site,
        fromFunction(site, site.shared1),
        site.steal(site.shared1.executionRoleArn),
        asItsOwn(site.tenant2),
        site.tenant2,
      ),
  },
  {
    name: 'credentials-in-own-function',
    means: 'call',
    tried:
      'Credentials of a tenant at the shared endpoint, stolen, used there from the gateway of a tenant with an endpoint of its own',
    expected: ['securityGroups'],
    remark:
      'One layer of two rules, each of which stops it by itself: the gateway is not let out, and the endpoint does not let it in (tests/platform/model-endpoint.test.ts).',
    make: async (site) =>
      ended(
        await site.converse(
          fromFunction(site, site.tenant1),
          inSession(site, site.shared2),
          site.shared2.endpoint,
          site.shared2.modelId,
        ),
        'an answer on the other tenant’s bill',
      ),
  },
  {
    name: 'credentials-at-own-endpoint',
    means: 'call',
    tried: 'The same credentials, used at the endpoint of a tenant that has its own, from that tenant’s gateway',
    expected: ['endpointPolicy', 'spokeRole'],
    make: async (site) =>
      ended(
        await site.converse(
          fromFunction(site, site.tenant2),
          inSession(site, site.shared2),
          site.tenant2.endpoint,
          site.shared2.modelId,
        ),
        'an answer on the other tenant’s bill',
      ),
  },
  {
    name: 'credentials-from-internet',
    means: 'call',
    tried: 'The same credentials, used at Bedrock’s public address',
    expected: ['spokeRole', 'serviceControl'],
    make: async (site) =>
      ended(
        await site.converse(
          LAPTOP,
          inSession(site, site.shared2),
          `bedrock-runtime.${site.hub.region}.amazonaws.com`,
          site.shared2.modelId,
        ),
        'an answer on the other tenant’s bill',
      ),
  },
  {
    name: 'own-role-at-shared-endpoint',
    means: 'call',
    tried: 'The role of a tenant with an endpoint of its own, used through the shared endpoint',
    expected: ['spokeRole'],
    remark:
      'One layer: the shared policy takes every role that is called like a tenant’s, so only the role’s own says that it has another way.',
    make: async (site) =>
      ended(
        await site.converse(
          fromFunction(site, site.shared1),
          inSession(site, site.tenant2),
          site.shared1.endpoint,
          site.tenant2.modelId,
        ),
        'the role of another tenant, past its own endpoint',
      ),
  },
  {
    name: 'other-role-at-shared-endpoint',
    means: 'call',
    tried:
      'A role of a tenant’s account that is not the gateway’s, and may do everything there, used through the shared endpoint',
    expected: ['endpointPolicy'],
    remark:
      'One layer: an account’s own administrators are bounded by the organisation only, and the call comes through an endpoint.',
    make: async (site) =>
      ended(
        await site.converse(
          fromFunction(site, site.shared1),
          site.steal(site.shared1.administratorArn, { tags: { tenant_id: site.shared1.id } }),
          site.shared1.endpoint,
          site.shared1.modelId,
        ),
        'an answer past the gateway',
      ),
  },
  {
    name: 'others-model',
    means: 'call',
    tried: 'The role of a tenant at the shared endpoint asks for a model that another one there may use',
    expected: ['spokeRole'],
    remark:
      'One layer, behind the gateway’s own list: the shared policy lists what any of its tenants may call. With an endpoint of its own the endpoint’s policy is a second.',
    make: async (site) =>
      ended(
        await site.converse(
          fromFunction(site, site.shared1),
          inSession(site, site.shared1),
          site.shared1.endpoint,
          site.shared2.modelId,
        ),
        'a model that the tenant may not use',
      ),
  },
  {
    name: 'unlisted-model',
    means: 'call',
    tried: 'The same for a model that the hub does not list',
    expected: ['endpointPolicy', 'spokeRole', 'serviceControl'],
    make: async (site) =>
      ended(
        await site.converse(
          fromFunction(site, site.shared1),
          inSession(site, site.shared1),
          site.shared1.endpoint,
          Object.values(UNLISTED_MODELS)[0] ?? '',
        ),
        'a model that nobody may use',
      ),
  },
]

export const shared: readonly Attempt[] = attempts.map((attempt) => ({ ...attempt, family: 'shared' }))
