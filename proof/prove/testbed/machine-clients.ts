/** An app client of the hub's pool for a machine of each tenant, and their tokens from the pool's token endpoint. */
import { request } from 'node:https'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { cognitoClient, type LocalConnection } from '../../../cli/hub/cognito.ts'
import { createMachineClient, type NewSecret, SCOPE } from '../../../cli/hub/machine-clients.ts'
import type { Platform } from '../../harness/platform.ts'

/** Prefix of the pool's domain: a setting of the hub. */
export const DOMAIN = 'genai-prove'
/** The machine's name in the tenants' settings. */
export const BY_CLIENT = 'partner'

const TENANTS = ['tenant1', 'tenant2'] as const
type TenantId = (typeof TENANTS)[number]

export interface MachineClients {
  /** The entry in a tenant's `machineIssuers` for its client. */
  issuerOf(tenantId: TenantId): object
  /** A token as the tenant's own machine gets it. */
  token(tenantId: TenantId): Promise<string>
}

export async function createMachineClients({ cloud, hub, wirePort, caFile }: Platform): Promise<MachineClients> {
  const { region, userPoolId, issuer, userPoolDomain = '' } = hub
  const local = { port: wirePort, caFile }
  const cognito = cognitoClient(region, { local, credentials: cloud.signIn() })
  const clients = new Map<TenantId, NewSecret>()
  try {
    for (const tenantId of TENANTS)
      clients.set(tenantId, await createMachineClient({ cognito, userPoolId }, tenantId, BY_CLIENT))
  } finally {
    cognito.destroy()
  }
  const of = (tenantId: TenantId) => {
    const client = clients.get(tenantId)
    if (!client) throw new Error(`${tenantId} has no client`)
    return client
  }
  return {
    issuerOf: (tenantId) => ({
      issuer,
      claims: { client_id: of(tenantId).clientId, token_use: 'access', scope: SCOPE },
    }),
    async token(tenantId) {
      const { access_token: token } = await clientCredentials(userPoolDomain, local, of(tenantId))
      if (token === undefined) throw new Error(`The pool gave the client of ${tenantId} no token.`)
      return token
    },
  }
}

/** What the token endpoint answers to a client, which needs nothing but HTTP. @param host the user pool's domain */
export async function clientCredentials(
  host: string,
  local: LocalConnection,
  { clientId, secret }: Pick<NewSecret, 'clientId' | 'secret'>,
): Promise<{ readonly access_token?: string; readonly error?: string }> {
  const agent = localAgent({ ...local, keepAlive: false })
  const headers = {
    authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  const chunks = await new Promise<Buffer[]>((resolve, reject) => {
    const sent = request({ agent, host, method: 'POST', path: '/oauth2/token', headers }, (response) => {
      response.toArray().then(resolve, reject)
    })
    sent.on('error', reject)
    sent.end('grant_type=client_credentials')
  })
  return JSON.parse(Buffer.concat(chunks).toString())
}
