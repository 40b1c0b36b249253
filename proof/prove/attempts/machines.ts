/** Machines of a tenant, on their own paths: tokens that must not be accepted there, and machines' tokens on other paths. */
import { federatedGroup } from '../../../shared/federation.ts'
import { machineIssuers } from '../../../shared/settings/of-spoke/machine-issuers.ts'
import { GROUPS_CLAIM, TENANT_CLAIM } from '../../../shared/tenant.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { type Outcome, stopped, through } from '../outcome.ts'
import { BY_CLIENT } from '../testbed/machine-clients.ts'
import { BY_ACCOUNT, BY_ISSUER } from '../testbed/machines.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { OF_ANY_ISSUER, requestWith, tokenAttempts } from './tokens.ts'

const CHECKED: readonly Layer[] = ['loadBalancerToken', 'functionToken']
const MATCHED: readonly Layer[] = ['loadBalancerToken', 'tenantMatch']

const OWN = 'arn:aws:iam::222222222222:role/application'

interface MachineAttempt extends Omit<Attempt, 'family' | 'means' | 'make'> {
  readonly path: string
  readonly token: (testbed: Testbed) => Promise<string>
}

const APP = `/tenant1.${BY_ACCOUNT}/invoke`
const CI = `/tenant1.${BY_ISSUER}/invoke`
const PARTNER = `/tenant1.${BY_CLIENT}/invoke`

const own: readonly MachineAttempt[] = [
  {
    name: 'id-token-on-machines-path',
    tried: "A user's genuine ID token on the path of a machine",
    expected: CHECKED,
    path: APP,
    token: ({ forge }) => forge.genuine('tenant1'),
  },
  {
    name: 'machines-token-on-peoples-path',
    tried: "A machine's genuine token on the people's path",
    expected: CHECKED,
    path: '/tenant1/invoke',
    token: ({ machines }) => machines.byAccount(OWN),
  },
  {
    name: 'token-of-another-machine',
    tried: "A machine's genuine token on the path of the tenant's other machine",
    expected: CHECKED,
    path: CI,
    token: ({ machines }) => machines.byAccount(OWN),
  },
  {
    name: 'other-tenants-machine',
    tried: "The second tenant's machine's genuine token on the path of the first tenant's",
    expected: CHECKED,
    path: APP,
    token: ({ machines }) => machines.byAccount('arn:aws:iam::333333333333:role/application', 'genai/tenant2'),
  },
  {
    name: 'other-tenants-machine-own-audience',
    tried: "The second tenant's machine asks STS for a token with the first tenant's audience",
    expected: CHECKED,
    path: APP,
    token: ({ machines }) => machines.byAccount('arn:aws:iam::333333333333:role/application'),
  },
  {
    name: 'other-role-of-the-account',
    tried: "An administrator of the tenant's account asks STS for a token with the right audience",
    expected: MATCHED,
    path: APP,
    token: ({ machines }) => machines.byAccount('arn:aws:iam::222222222222:role/administrator'),
  },
  {
    name: 'other-audience-of-the-role',
    tried: 'The right role asks STS for a token with another audience',
    expected: CHECKED,
    path: APP,
    token: ({ machines }) => machines.byAccount(OWN, 'genai/tenant2'),
  },
  {
    name: 'other-claim',
    tried: 'A token that the external issuer gave to another repository',
    expected: MATCHED,
    path: CI,
    token: ({ machines }) => machines.byIssuer({ repository: 'mallory/app' }),
  },
  {
    name: 'wildcard-claim',
    tried: 'A token whose claim is a wildcard',
    expected: MATCHED,
    path: CI,
    token: ({ machines }) => machines.byIssuer({ repository: '*' }),
  },
  {
    name: 'claim-list',
    tried: 'A token whose claim is a list with the right value in it',
    expected: MATCHED,
    path: CI,
    token: ({ machines }) => machines.byIssuer({ repository: ['example/app', 'mallory/app'] }),
  },
  {
    name: 'claim-missing',
    tried: 'A token without one of the claims',
    expected: MATCHED,
    path: CI,
    token: ({ machines }) => machines.byIssuer({ ref: undefined }),
  },
  {
    name: 'several-audiences',
    tried: 'A token for several audiences, the right one among them',
    expected: CHECKED,
    path: CI,
    token: ({ machines }) => machines.byIssuer({ aud: ['genai/tenant1/ci', 'elsewhere'] }),
  },
  {
    name: 'other-tenants-client',
    tried: "The second tenant's machine's genuine token of its app client on the path of the first tenant's",
    expected: MATCHED,
    path: PARTNER,
    token: ({ machines }) => machines.byClient('tenant2'),
  },
  {
    name: 'clients-token-on-peoples-path',
    tried: "The genuine token of a machine's app client on the people's path, of the same user pool",
    expected: CHECKED,
    path: '/tenant1/invoke',
    token: ({ machines }) => machines.byClient('tenant1'),
  },
  {
    name: 'clients-token-on-other-tenants-path',
    tried: "The genuine token of the first tenant's app client on the path of the second tenant's machine",
    expected: MATCHED,
    path: `/tenant2.${BY_CLIENT}/invoke`,
    token: ({ machines }) => machines.byClient('tenant1'),
  },
  {
    name: 'id-token-on-clients-path',
    tried: "A user's genuine ID token on the path of a machine with an app client, of the same user pool",
    expected: MATCHED,
    path: PARTNER,
    token: ({ forge }) => forge.genuine('tenant1'),
  },
  {
    name: 'access-token-on-clients-path',
    tried: "A user's genuine access token on the path of a machine with an app client, of the same user pool",
    expected: MATCHED,
    path: PARTNER,
    token: ({ forge }) => forge.accessToken(),
  },
]

/** Tokens as the pool would issue them for somebody whom it has sent to a provider. */
const byGroups =
  (groups: readonly string[], tenant?: string): MachineAttempt['token'] =>
  async ({ forge: { byPool, claims }, hub }) => {
    if (!byPool) throw new Error("This token needs the user pool's private key.")
    const { [TENANT_CLAIM]: _, ...rest } = claims
    const now = Math.floor(Date.now() / 1000)
    return await byPool({
      ...rest,
      iat: now,
      exp: now + 600,
      ...(tenant !== undefined && { [TENANT_CLAIM]: tenant }),
      [GROUPS_CLAIM]: groups.map((name) => (name.startsWith('tenant') ? name : federatedGroup(hub.userPoolId, name))),
    })
  }

const FEDERATED = '/tenant1.acme/invoke'

const federated: readonly MachineAttempt[] = [
  {
    name: 'federated-of-another-tenants-provider',
    tried: "A person of the second tenant's provider, federated by the user pool, on the path of the first tenant's",
    expected: MATCHED,
    path: FEDERATED,
    token: byGroups(['globex']),
  },
  {
    name: 'federated-on-peoples-path',
    tried: "A federated person on the path of the tenant's own users",
    expected: MATCHED,
    path: '/tenant1/invoke',
    token: byGroups(['acme']),
  },
  {
    name: 'federated-with-a-claimed-tenant',
    tried: "A person of the second tenant's provider, whose claim of the first tenant a mapping would have let through",
    expected: MATCHED,
    path: '/tenant1/invoke',
    token: byGroups(['globex'], 'tenant1'),
  },
  {
    name: 'user-put-into-a-providers-group',
    tried: "A user of the second tenant, put by hand into the group of the first tenant's provider",
    expected: ['tenantMatch'],
    remark: 'One layer: the load balancer cannot ask for a claim that is not there.',
    path: FEDERATED,
    token: byGroups(['tenant2', 'acme'], 'tenant2'),
  },
]

async function ask(testbed: Testbed, path: string, token: string): Promise<Outcome> {
  return await testbed.request(
    {
      target: path,
      headers: [
        ['authorization', `Bearer ${token}`],
        ['content-type', 'application/json'],
      ],
      body: JSON.stringify({ prompt: 'Who are you?' }),
    },
    'served',
  )
}

const forged: readonly Attempt[] = tokenAttempts
  .filter(({ name }) => OF_ANY_ISSUER.test(name))
  .map((attempt) => ({
    family: 'machines',
    means: 'request',
    name: `external-${attempt.name}`,
    tried: `On the path of a machine, for its external issuer: ${attempt.tried.charAt(0).toLowerCase()}${attempt.tried.slice(1)}`,
    expected: attempt.expected,
    async make(testbed) {
      const now = Math.floor(Date.now() / 1000)
      return await testbed.request(
        await requestWith(attempt, testbed.machines.forge, now, `tenant1.${BY_ISSUER}`),
        'served',
      )
    },
  }))

const SETTINGS: readonly (readonly [name: string, tried: string, issuer: object])[] = [
  [
    'setting-issuer-alone',
    'A stack file that trusts an issuer without a claim that names the machine',
    { issuer: 'https://idp.example.org', audience: 'genai/tenant1' },
  ],
  [
    'setting-wildcard',
    'A stack file that trusts every repository of an organisation by a wildcard',
    { issuer: 'https://token.actions.githubusercontent.com', audience: 'a', claims: { sub: 'repo:example/*' } },
  ],
]

const settings: readonly Attempt[] = SETTINGS.map(([name, tried, issuer]) => ({
  family: 'machines',
  means: 'program',
  name,
  tried,
  expected: ['program'],
  last: 'program',
  remark: 'One layer: what a tenant’s settings trust is trusted by both locks.',
  async make() {
    try {
      machineIssuers.parse(JSON.stringify({ app: issuer }))
      return through('the setting was taken')
    } catch (error) {
      return stopped(['program'], error instanceof Error ? error.message : String(error))
    }
  },
}))

export const machines: readonly Attempt[] = [
  ...[...own, ...federated].map(
    ({ path, token, ...attempt }): Attempt => ({
      ...attempt,
      family: 'machines',
      means: 'request',
      make: async (testbed) => await ask(testbed, path, await token(testbed)),
    }),
  ),
  ...forged,
  ...settings,
]
