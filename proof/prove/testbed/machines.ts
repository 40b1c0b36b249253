/** The machines of the first and the second tenant: their issuers' tokens, and the key of an external issuer, which the proof owns. */
import { generateKeyPairSync } from 'node:crypto'
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts'
import type { Website } from '@genai/local-cloud/website'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Platform } from '../../harness/platform.ts'
import { type Claims, type Forge, forgeOf, rs256 } from './forge.ts'
import { BY_CLIENT, type MachineClients } from './machine-clients.ts'

/** Names in the tenants' settings of the two issuers: the tenant's own account, and an external one. */
export const BY_ACCOUNT = 'app'
export const BY_ISSUER = 'ci'

const EXTERNAL = 'idp.example.org'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KEY = { ...publicKey.export({ format: 'jwk' }), kid: 'external', alg: 'RS256', use: 'sig' }

export const WEBSITES: Readonly<Record<string, Website>> = {
  [EXTERNAL]: async ({ target }) =>
    target === '/.well-known/jwks.json'
      ? { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ keys: [KEY] }) }
      : { status: 404, body: '' },
}

const accountsIssuer = (account: string) =>
  `https://${account.slice(0, 8)}-0000-4000-8000-${account}.tokens.sts.global.api.aws`

const ofAccount = (account: string, tenantId: string) => ({
  issuer: accountsIssuer(account),
  audience: `genai/${tenantId}`,
  claims: { sub: `arn:aws:iam::${account}:role/application` },
})

const BUILD = { repository: 'example/app', ref: 'refs/heads/main' } as const
const AUDIENCE = 'genai/tenant1/ci'

/** `machineIssuers` of a tenant's stack. */
export const machinesOf = (
  tenantId: 'tenant1' | 'tenant2',
  clients: MachineClients,
): Readonly<Record<string, object>> => ({
  [BY_ACCOUNT]: ofAccount(tenantId === 'tenant1' ? '222222222222' : '333333333333', tenantId),
  ...(tenantId === 'tenant1' && {
    [BY_ISSUER]: { issuer: `https://${EXTERNAL}`, audience: AUDIENCE, claims: BUILD },
  }),
  [BY_CLIENT]: clients.issuerOf(tenantId),
})

export interface Machines {
  /** A token for a role of a tenant's account, as STS gives it to whoever has the role. */
  byAccount(role: string, audience?: string): Promise<string>
  /** A token with claims of choice, signed with the external issuer's own key. */
  byIssuer(claims?: Claims): Promise<string>
  /** A token from the user pool's token endpoint for a tenant's app client. */
  byClient(tenantId: 'tenant1' | 'tenant2'): Promise<string>
  /** Forgeries of the external issuer's tokens. */
  readonly forge: Forge
}

export async function createMachines(
  { cloud, wirePort, caFile }: Platform,
  clients: MachineClients,
): Promise<Machines> {
  const agent = localAgent({ port: wirePort, caFile })
  const byIssuer = async (changes: Claims = {}) =>
    rs256({ alg: 'RS256', kid: KEY.kid }, { ...claims(), ...changes }, privateKey)
  const { privateKey: another } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    async byAccount(role, audience = 'genai/tenant1') {
      const [, , , , account = '', name = ''] = role.split(':')
      const session = {
        arn: `arn:aws:sts::${account}:assumed-role/${name.split('/').at(-1)}/machine`,
        account,
        roleArn: role,
        sessionName: 'machine',
        tags: {},
        sessionPolicies: [],
      }
      const sts = new STSClient({
        region: 'us-east-1',
        credentials: cloud.credentials.issue(session, 900),
        requestHandler: new NodeHttpHandler({ httpsAgent: agent }),
      })
      const asked = new GetWebIdentityTokenCommand({ Audience: [audience], SigningAlgorithm: 'RS256' })
      return (await sts.send(asked)).WebIdentityToken ?? ''
    },
    byIssuer,
    byClient: (tenantId) => clients.token(tenantId),
    forge: await forgeOf({
      keys: [KEY],
      genuine: () => byIssuer(),
      accessToken: () => byIssuer({ aud: 'another' }),
      byPool: async (changed) => rs256({ alg: 'RS256', kid: KEY.kid }, changed, privateKey),
      byOtherPool: async (changed) => rs256({ alg: 'RS256', kid: 'another' }, changed, another),
      tenantId: 'tenant1',
    }),
  }
}

function claims(): Claims {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: `https://${EXTERNAL}`,
    aud: AUDIENCE,
    sub: 'build/1',
    ...BUILD,
    iat: now,
    exp: now + 300,
  }
}
