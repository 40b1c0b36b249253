/** Tokens that must not be accepted, sent to the first tenant's path. */
import { GROUPS_CLAIM, TENANT_CLAIM } from '../../../shared/tenant.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { asTenant, type Claims, type Forge } from '../testbed/forge.ts'
import type { RawRequest } from '../testbed/raw-request.ts'

export interface TokenAttempt {
  readonly name: string
  readonly tried: string
  readonly expected: readonly Layer[]
  readonly remark?: string
  /** Something that a deployed gateway gives to nobody, so that the attempt cannot be made against it. */
  readonly needs?: 'the private key' | 'another pool' | 'a user of the second tenant'
  /** Makes the headers, and the text that is appended to the path. */
  readonly forge: (forge: Forge, now: number) => Promise<Forged> | Forged
}

interface Forged {
  /** Values of Authorization headers. */
  readonly authorization: readonly string[]
  readonly query?: string
}

const bearer = (...tokens: readonly string[]): Forged => ({ authorization: tokens.map((token) => `Bearer ${token}`) })

const CHECKED: readonly Layer[] = ['loadBalancerToken', 'functionToken']
const MATCHED: readonly Layer[] = ['loadBalancerToken', 'tenantMatch']

export const tokenAttempts: readonly TokenAttempt[] = [
  { name: 'none', tried: 'A request without a token', expected: CHECKED, forge: () => bearer() },
  { name: 'garbage', tried: 'A text that is no token', expected: CHECKED, forge: () => bearer('not-a-token') },
  { name: 'empty', tried: 'An empty Authorization header', expected: CHECKED, forge: () => ({ authorization: [''] }) },
  {
    name: 'bedrock-api-key',
    tried: 'A Bedrock API key, which an SDK sends to the gateway in the same header',
    expected: CHECKED,
    forge: () =>
      bearer(
        `bedrock-api-key-${Buffer.from('bedrock.amazonaws.com/?Action=CallWithBearerToken&Version=1').toString('base64')}`,
      ),
  },
  {
    name: 'basic',
    tried: 'A genuine token under another scheme than Bearer',
    expected: CHECKED,
    forge: async ({ genuine }) => ({ authorization: [`Basic ${await genuine('tenant1')}`] }),
  },
  {
    name: 'alg-none',
    tried: 'An unsigned token (`alg: none`) with the right claims',
    expected: CHECKED,
    forge: ({ unsigned, claims }) => bearer(unsigned(claims)),
  },
  {
    name: 'hs256-public-key',
    tried: "A token signed by HS256 with the user pool's public key as the secret",
    expected: CHECKED,
    forge: ({ byPublicKey, claims }) => bearer(byPublicKey(claims)),
  },
  {
    name: 'signature-removed',
    tried: 'A genuine token without its signature',
    expected: CHECKED,
    forge: async ({ genuine }) => bearer((await genuine('tenant1')).replace(/[^.]+$/, '')),
  },
  {
    name: 'claims-changed',
    tried: 'A genuine token whose claims were changed under the old signature',
    expected: CHECKED,
    forge: async ({ genuine, claims }) => {
      const [header = '', , signature = ''] = (await genuine('tenant1')).split('.')
      const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody-else' })).toString('base64url')
      return bearer(`${header}.${changed}.${signature}`)
    },
  },
  {
    name: 'unknown-kid',
    tried: "A token signed with the attacker's key under a key id that the pool does not have",
    expected: CHECKED,
    forge: ({ byStranger, claims }) => bearer(byStranger(claims, 'bm90LWEta2V5')),
  },
  {
    name: 'own-key-known-kid',
    tried: "A token signed with the attacker's key under this pool's key id",
    expected: CHECKED,
    forge: ({ byStranger, claims }) => bearer(byStranger(claims)),
  },
  {
    name: 'other-pool-key',
    tried: "A token that another user pool's key signed, with this pool's issuer and claims in it",
    expected: CHECKED,
    ...byOtherPool((claims) => claims),
  },
  {
    name: 'other-pool',
    tried: 'A token that another user pool issued, with the tenant claim and group that its owner chose',
    expected: CHECKED,
    ...byOtherPool((claims) => ({
      ...claims,
      iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AttackerPl',
    })),
  },
  {
    name: 'wrong-issuer',
    tried: 'A token with the right signature and another issuer',
    expected: CHECKED,
    ...pooled((claims) => ({ ...claims, iss: `${String(claims.iss)}x` })),
  },
  {
    name: 'wrong-audience',
    tried: "A token that was issued to another client of the pool's",
    expected: CHECKED,
    ...pooled((claims) => ({ ...claims, aud: 'another-client' })),
  },
  {
    name: 'expired',
    tried: 'A genuine token an hour after it expired',
    expected: CHECKED,
    ...pooled((claims, now) => ({ ...claims, iat: now - 7200, auth_time: now - 7200, exp: now - 3600 })),
  },
  {
    name: 'not-yet-valid',
    tried: 'A token that becomes valid in an hour (`nbf`)',
    expected: CHECKED,
    ...pooled((claims, now) => ({ ...claims, nbf: now + 3600 })),
  },
  {
    name: 'no-expiry',
    tried: 'A token that never expires',
    expected: CHECKED,
    ...pooled(({ exp: _, ...claims }) => claims),
  },
  {
    name: 'access-token',
    tried: "The user's access token instead of the ID token",
    expected: CHECKED,
    forge: async ({ accessToken }) => bearer(await accessToken()),
  },
  {
    name: 'two-headers',
    tried: "Two Authorization headers: the tenant's own token, then the second tenant's",
    expected: CHECKED,
    forge: async ({ genuine }) => bearer(await genuine('tenant1'), await genuine('tenant2')),
  },
  {
    name: 'query-string',
    tried: 'A genuine token in the query string',
    expected: CHECKED,
    forge: async ({ genuine }) => ({ authorization: [], query: `?access_token=${await genuine('tenant1')}` }),
  },
  {
    name: 'other-tenant',
    tried: "The second tenant's user's genuine token",
    needs: 'a user of the second tenant',
    expected: MATCHED,
    remark: 'Behind the two, the function answers as its own tenant: nothing of the second tenant is in reach.',
    forge: async ({ genuine }) => bearer(await genuine('tenant2')),
  },
  {
    name: 'claim-missing',
    tried: 'No tenant claim',
    expected: MATCHED,
    ...pooled((claims) => asTenant(claims, undefined)),
  },
  {
    name: 'claim-array',
    tried: 'A tenant claim that is a list with the tenant in it',
    expected: MATCHED,
    ...pooled((claims) => asTenant(claims, ['tenant1', 'tenant2'])),
  },
  {
    name: 'claim-case',
    tried: 'A tenant claim in upper case',
    expected: MATCHED,
    ...pooled((claims) => asTenant(claims, 'TENANT1')),
  },
  {
    name: 'claim-look-alike',
    tried: 'A tenant claim with look-alike letters (Cyrillic е, fullwidth 1)',
    expected: MATCHED,
    ...pooled((claims) => asTenant(claims, 't\u0435nant\uff11')),
  },
  {
    name: 'claim-trailing-space',
    tried: 'A tenant claim with a space after it',
    expected: MATCHED,
    ...pooled((claims) => asTenant(claims, 'tenant1 ')),
  },
  {
    name: 'claim-prefix',
    tried: 'A tenant claim that the tenant id begins with',
    expected: MATCHED,
    ...pooled((claims) => asTenant(claims, 'tenant')),
  },
  {
    name: 'group-missing',
    tried:
      "The right tenant claim without membership in the tenant's group (a removed tenant's user, the id used again)",
    expected: MATCHED,
    ...pooled(({ [GROUPS_CLAIM]: _, ...claims }) => claims),
  },
  {
    name: 'group-text',
    tried: 'The group as a text instead of a list',
    expected: MATCHED,
    ...pooled((claims) => ({ ...claims, [GROUPS_CLAIM]: String(claims[TENANT_CLAIM]) })),
  },
]

/** Signed with the pool's own key: everything is right except what is changed. */
function pooled(change: (claims: Claims, now: number) => Claims): Pick<TokenAttempt, 'needs' | 'forge'> {
  return {
    needs: 'the private key',
    async forge({ byPool, claims }, now) {
      if (!byPool) throw new Error("This token needs the user pool's private key.")
      return bearer(await byPool(change(claims, now)))
    },
  }
}

/** Signed with a key that a user pool of the attacker publishes. */
function byOtherPool(change: (claims: Claims) => Claims): Pick<TokenAttempt, 'needs' | 'forge'> {
  return {
    needs: 'another pool',
    async forge({ byOtherPool: sign, claims }) {
      if (!sign) throw new Error('This token needs another user pool.')
      return bearer(await sign(change(claims)))
    },
  }
}

/** A prompt for the tenant, with the forged headers. */
export async function requestWith(
  { forge }: TokenAttempt,
  by: Forge,
  now: number,
  tenantId = 'tenant1',
): Promise<RawRequest> {
  const { authorization, query = '' } = await forge(by, now)
  return {
    target: `/${tenantId}/invoke${query}`,
    headers: [...authorization.map((value) => ['authorization', value] as const), ['content-type', 'application/json']],
    body: JSON.stringify({ prompt: 'Who are you?' }),
  }
}

/** Attempts with forged tokens of users that make sense for any issuer. */
export const OF_ANY_ISSUER =
  /^(none|garbage|empty|basic|alg-none|hs256-public-key|signature-removed|unknown-kid|own-key-known-kid|other-pool-key|wrong-issuer|wrong-audience|expired|not-yet-valid|no-expiry|two-headers|query-string)$/

export const tokens: readonly Attempt[] = tokenAttempts.map((attempt) => ({
  family: 'tokens',
  means: 'request',
  name: attempt.name,
  tried: attempt.tried,
  expected: attempt.expected,
  ...(attempt.remark !== undefined && { remark: attempt.remark }),
  async make(testbed) {
    const now = Math.floor(Date.now() / 1000)
    return await testbed.request(await requestWith(attempt, testbed.forge, now), 'served')
  },
}))
