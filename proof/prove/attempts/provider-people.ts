/** The family `tokens` on the path of a tenant whose people sign in at an external provider. */
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { PROVIDER_TENANT } from '../testbed/provider-people.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { OF_ANY_ISSUER, requestWith, tokenAttempts } from './tokens.ts'

const CHECKED: readonly Layer[] = ['loadBalancerToken', 'functionToken']
const MATCHED: readonly Layer[] = ['loadBalancerToken', 'tenantMatch']

const repeated: readonly Attempt[] = tokenAttempts
  .filter(({ name }) => OF_ANY_ISSUER.test(name))
  .map((attempt) => ({
    family: 'tokens',
    means: 'request',
    name: `provider-${attempt.name}`,
    tried: `Where people are an external provider’s: ${attempt.tried.charAt(0).toLowerCase()}${attempt.tried.slice(1)}`,
    expected: attempt.expected,
    async make(testbed) {
      const now = Math.floor(Date.now() / 1000)
      return await testbed.request(await requestWith(attempt, testbed.provider.forge, now, PROVIDER_TENANT), 'served')
    },
  }))

interface Own {
  readonly name: string
  readonly tried: string
  readonly expected: readonly Layer[]
  /** @default the tenant whose people sign in at the provider */
  readonly tenant?: string
  readonly token: (testbed: Testbed) => Promise<string>
}

const own: readonly Own[] = [
  {
    name: 'provider-another-tenant',
    tried: 'A genuine token of the provider for another tenant’s person',
    expected: MATCHED,
    token: ({ provider }) => provider.token({ roles: ['Genai.People.Two'] }),
  },
  {
    name: 'provider-tenants-id',
    tried: 'A genuine token of the provider that has the tenant’s id, which is not what the provider calls it',
    expected: MATCHED,
    token: ({ provider }) => provider.token({ roles: [PROVIDER_TENANT] }),
  },
  {
    name: 'provider-part-of-the-value',
    tried: 'A genuine token of the provider with a role whose name begins as the tenant’s does',
    expected: MATCHED,
    token: ({ provider }) => provider.token({ roles: ['Genai.People.One.More', 'Genai.People'] }),
  },
  {
    name: 'provider-claim-as-text',
    tried: 'A genuine token of the provider with the tenant’s value as text where a list is expected',
    expected: MATCHED,
    token: ({ provider }) => provider.token({ roles: 'Genai.People.One' }),
  },
  {
    name: 'provider-no-claim',
    tried: 'A genuine token of the provider that leaves the claim out, as Entra ID does of people in too many groups',
    expected: MATCHED,
    token: ({ provider }) => provider.token({ roles: undefined, _claim_names: { roles: 'src1' } }),
  },
  {
    name: 'provider-several-audiences',
    tried: 'A genuine token of the provider that is for this gateway and for another application too',
    expected: CHECKED,
    token: ({ provider }) => provider.token({ aud: ['api://genai', 'api://other'] }),
  },
  {
    name: 'user-pool-to-provider',
    tried: 'A user pool’s genuine ID token where people are the provider’s',
    expected: CHECKED,
    token: ({ forge }) => forge.genuine('tenant1'),
  },
  {
    name: 'provider-to-user-pool',
    tried: 'The provider’s genuine token, with all that a user’s ID token says, where people are the user pool’s',
    expected: CHECKED,
    tenant: 'tenant1',
    token: ({ provider, forge }) => {
      const { iss: _, ...claims } = forge.claims
      return provider.token(claims)
    },
  },
]

export const providerPeople: readonly Attempt[] = [
  ...repeated,
  ...own.map(
    ({ name, tried, expected, tenant = PROVIDER_TENANT, token }): Attempt => ({
      family: 'tokens',
      means: 'request',
      name,
      tried,
      expected,
      async make(testbed) {
        const request = {
          target: `/${tenant}/invoke`,
          headers: [
            ['authorization', `Bearer ${await token(testbed)}`],
            ['content-type', 'application/json'],
          ] as const,
          body: JSON.stringify({ prompt: 'Who are you?' }),
        }
        return await testbed.request(request, 'served')
      },
    }),
  ),
]
