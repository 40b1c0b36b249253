/** A deployed hub and one of its users, signed in. The hub is on AWS, or in the running local cloud, which is used as if it were deployed. */
import type { JsonWebKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { claimsOf, cognitoClient, type LocalConnection, signInForTokens } from '../../../cli/hub/cognito.ts'
import { readRunningHub } from '../../../cli/local/running.ts'
import { askPassword } from '../../../cli/terminal/password.ts'
import { UserError } from '../../../cli/verb.ts'
import { TENANT_CLAIM } from '../../../shared/tenant.ts'
import { codeOf } from '../testbed/gateway-calls.ts'
import { send as sendBytes } from '../testbed/http.ts'
import { createUserPoolCalls, type Post } from '../testbed/user-pool.ts'
import { connectionTo, type Deployed } from './deployed.ts'

export interface DeployedHub {
  readonly gatewayUrl: string
  readonly region: string
  readonly clientId: string
  readonly username: string
  readonly password: string
  readonly otherTenantId: string
  /** Absent for a hub on AWS. */
  readonly local?: LocalConnection
}

/**
 * The user who signs in.
 * @default a user that `npm start` made; `npm run local` makes none
 */
export interface Named {
  readonly username?: string
  readonly otherTenantId?: string
}

/**
 * The local cloud of another shell: its first user is the attacker, and the second tenant the target.
 * @throws UserError
 */
export async function runningHub(named: Named = {}): Promise<DeployedHub> {
  const { hub, users, wirePort: port, caFile } = await readRunningHub()
  if (hub.gatewayUrl === undefined)
    throw new UserError(
      'The local gateway is not open on this machine.',
      'The shell that runs the local cloud says why.',
    )
  const made = users.find(({ username }) => named.username === undefined || username === named.username)
  const username = named.username ?? made?.username
  const otherTenantId = named.otherTenantId ?? users.find(({ tenantId }) => tenantId !== made?.tenantId)?.tenantId
  if (username === undefined || otherTenantId === undefined)
    throw new UserError(
      'The local cloud that is running made no users of two tenants.',
      'Name a user of one and the id of another: --running --username EMAIL --other-tenant TENANT; make the user with npm run tenant -- user add TENANT EMAIL',
    )
  return {
    gatewayUrl: hub.gatewayUrl,
    region: hub.region,
    clientId: hub.userPoolClientId,
    username,
    otherTenantId,
    local: { port, caFile },
    password: made?.password ?? (await askPassword('Password: ')),
  }
}

/** @throws UserError if the user cannot sign in or has no tenant, if the gateway has no TLS, or if there is no such other tenant */
export async function openDeployed(hub: DeployedHub): Promise<Deployed> {
  const { gatewayUrl, region, clientId, username, password, otherTenantId, local } = hub
  if (new URL(gatewayUrl).protocol !== 'https:')
    throw new UserError(
      `A gateway is tried over HTTPS only, not at ${gatewayUrl}.`,
      'The demo’s HTTP listener checks no tokens at the load balancer.',
    )
  const cognito = cognitoClient(region, local ? { local } : {})
  const tokens = await signInForTokens(cognito, { clientId, username, password }).finally(() => cognito.destroy())
  const { [TENANT_CLAIM]: tenantId, iss } = claimsOf(tokens.idToken)
  if (typeof tenantId !== 'string') throw new UserError('That user has no tenant.', 'Sign in with a user of a tenant.')
  if (tenantId === otherTenantId)
    throw new UserError(`${tenantId} is the user's own tenant.`, 'Name another one with --other-tenant.')
  const agent = local ? localAgent(local) : new Agent()
  const pool = createUserPoolCalls({ region, userPoolClientId: clientId }, postThrough(agent))
  const gateway = { gatewayUrl, ...(local && { ca: readFileSync(local.caFile, 'utf8') }) }
  await requireTenant(gateway, otherTenantId)
  return {
    ...gateway,
    otherTenantId,
    keys: await publishedKeys(String(iss), agent),
    user: { pool, userPoolId: String(iss).split('/').at(-1) ?? '', clientId, username, tokens, tenantId },
  }
}

/** Refuses a tenant that does not exist, because all attempts at it would be stopped and prove nothing. */
async function requireTenant(gateway: Pick<Deployed, 'gatewayUrl' | 'ca'>, tenantId: string): Promise<void> {
  const answer = await sendBytes(connectionTo(gateway), { method: 'GET', target: `/${tenantId}/models` })
  // The listener answers if no rule has the path; a function's answer has its code in a header.
  if (answer.status === 404 && codeOf(answer) === undefined)
    throw new UserError(
      `No tenant ${tenantId} is deployed at ${gateway.gatewayUrl}.`,
      'Name one that is with --other-tenant: npm run tenant -- list',
    )
}

const postThrough =
  (agent: Agent): Post =>
  ({ host, headers, body }) =>
    send(agent, new URL(`https://${host}/`), 'POST', headers, body)

/** The keys that the user pool publishes. */
async function publishedKeys(issuer: string, agent: Agent): Promise<readonly JsonWebKey[]> {
  const { status, body } = await send(agent, new URL(`${issuer}/.well-known/jwks.json`), 'GET', {})
  if (status !== 200) throw new Error(`The key set of ${issuer} answered ${status}.`)
  const { keys } = JSON.parse(body) as { keys: JsonWebKey[] }
  return keys
}

const TIMEOUT_MILLISECONDS = 30_000

function send(
  agent: Agent,
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers: { ...headers }, timeout: TIMEOUT_MILLISECONDS }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${url.host}`)))
    sent.on('error', reject)
    sent.end(body)
  })
}
