/** A tenant whose people sign in at an external provider: its tokens, with a key of the provider that the proof owns. */
import { generateKeyPairSync } from 'node:crypto'
import type { Organization } from '@genai/local-cloud/organization'
import type { Website } from '@genai/local-cloud/website'
import { roleArn } from '../../../shared/naming.ts'
import type { Platform } from '../../harness/platform.ts'
import { type Claims, type Forge, forgeOf, rs256 } from './forge.ts'
import { deployFurther, withAccounts } from './further-tenants.ts'

export const PROVIDER_TENANT = 'people1'
const ACCOUNT = '777777777777'
const HOST = 'login.example.org'
const AUDIENCE = 'api://genai'
/** An app role, as the provider's administrators name it; another tenant has another name. */
const ROLE = 'Genai.People.One'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** A key as Entra ID publishes it, without `alg`. */
const KEY = { ...publicKey.export({ format: 'jwk' }), kid: 'provider', use: 'sig' }

const ISSUER = `https://${HOST}/v2.0`
/** The hub's setting. */
export const IDENTITY = { issuer: ISSUER, audience: AUDIENCE, tenantClaim: 'roles', claimFormat: 'list' } as const

export const PROVIDER: Readonly<Record<string, Website>> = {
  [HOST]: async ({ target }) => {
    if (target === '/keys') return { status: 200, body: JSON.stringify({ keys: [KEY] }) }
    const document = { issuer: ISSUER, jwks_uri: `https://${HOST}/keys` }
    return { status: 200, body: JSON.stringify(document) }
  },
}

/** Adds the tenant's account, which is like those of the sample tenants. */
export const withProviderAccount = (organization: Organization): Organization =>
  withAccounts(organization, { [ACCOUNT]: PROVIDER_TENANT })

export interface ProviderPeople {
  /** A token signed with the provider's own key. */
  token(changes?: Claims): Promise<string>
  /** Forged tokens of the provider. */
  readonly forge: Forge
}

/** Deploys them in a hub that has the provider. Tenants that were deployed before use the user pool until their own next deployment. */
export async function deployProviderPeople(
  platform: Platform,
  more: Readonly<Record<string, string>>,
): Promise<ProviderPeople> {
  await deployFurther(platform, PROVIDER_TENANT, {
    account: ACCOUNT,
    roleArn: roleArn(ACCOUNT, 'genai-deployer'),
    cidrBlock: '10.64.3.0/24',
    tenantClaimValue: ROLE,
    machineIssuers: undefined,
    ...more,
  })
  const { privateKey: another } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const token = async (changes: Claims = {}) =>
    rs256({ alg: 'RS256', kid: KEY.kid }, { ...claims(), ...changes }, privateKey)
  return {
    token,
    forge: await forgeOf({
      keys: [KEY],
      genuine: (tenantId) => token(tenantId === 'tenant2' ? { roles: ['Genai.People.Two'] } : {}),
      accessToken: () => token({ aud: 'another' }),
      byPool: async (changed) => rs256({ alg: 'RS256', kid: KEY.kid }, changed, privateKey),
      byOtherPool: async (changed) => rs256({ alg: 'RS256', kid: 'another' }, changed, another),
      tenantId: 'tenant1',
    }),
  }
}

function claims(): Claims {
  const now = Math.floor(Date.now() / 1000)
  return { iss: ISSUER, aud: AUDIENCE, sub: 'person', roles: [ROLE], iat: now, exp: now + 300 }
}
