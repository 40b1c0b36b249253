/** People whom the hub's user pool sends to their own provider: through both locks, and through each by itself. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { request } from 'node:https'
import { AdminAddUserToGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Website } from '@genai/local-cloud/website'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoClient, signInForTokens } from '../../cli/hub/cognito.ts'
import { signInByBrowser } from '../../cli/sign-in/by-browser.ts'
import { cognitoServer } from '../../cli/sign-in/cognito-server.ts'
import { block, unblock } from '../../cli/tenant/blocked-callers.ts'
import { federatedGroup } from '../../shared/federation.ts'
import { type Platform, startPlatform } from './platform.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A provider of a company: it says of its people whatever it likes. */
function provider(host: string, person: { sub: string; claims: Readonly<Record<string, unknown>> }): Website {
  const issuer = `https://${host}`
  const codes = new Set<string>()
  return async ({ target, body }) => {
    const { pathname, searchParams: query } = new URL(target, issuer)
    if (pathname === '/.well-known/openid-configuration')
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
      })
    if (pathname === '/keys')
      return json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] })
    if (pathname === '/authorize') {
      const code = randomUUID()
      codes.add(code)
      const back = new URL(query.get('redirect_uri') ?? '')
      back.search = String(new URLSearchParams({ code, state: query.get('state') ?? '' }))
      return { status: 302, headers: { location: back.href }, body: '' }
    }
    const form = new URLSearchParams(body)
    if (
      pathname !== '/token' ||
      !codes.delete(form.get('code') ?? '') ||
      form.get('client_secret') !== `secret of ${host}`
    )
      return json(400, { error: 'invalid_client' })
    const id_token = await new SignJWT({ ...person.claims, sub: person.sub })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience('genai')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    return json(200, { id_token, token_type: 'Bearer' })
  }
}
const json = (status: number, body: object) => ({ status, body: JSON.stringify(body) })

const oidc = (tenant: string, host: string) => ({ type: 'oidc', tenant, issuer: `https://${host}`, clientId: 'genai' })
const HOSTS = { acme: 'login.acme.example', globex: 'login.globex.example' }
/** What a provider may say in the hope that it is believed. */
const LIES = { 'custom:tenant_id': 'tenant2', 'cognito:groups': ['tenant2'], groups: ['tenant2'], identities: [] }

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    settings: {
      hub: {
        keySetVia: 'table',
        userPoolDomain: 'genai-example',
        deletionProtection: false,
        federatedProviders: { acme: oidc('tenant1', HOSTS.acme), globex: oidc('tenant2', HOSTS.globex) },
        federatedSecrets: { acme: `secret of ${HOSTS.acme}`, globex: `secret of ${HOSTS.globex}` },
      },
    },
    websites: {
      [HOSTS.acme]: provider(HOSTS.acme, { sub: 'Ann', claims: LIES }),
      [HOSTS.globex]: provider(HOSTS.globex, { sub: 'Ann', claims: { 'custom:tenant_id': 'tenant1' } }),
    },
  })
})
afterAll(() => platform?.close())

/** Follows every redirect as a browser does, until one leads back to this machine, and then to the command. */
async function browse(url: string, jar = new Map<string, string>()): Promise<void> {
  const { hostname } = new URL(url)
  if (hostname === 'localhost') return void (await fetch(url))
  const agent = localAgent({ port: platform.wirePort, caFile: platform.caFile })
  const { location, cookie } = await new Promise<{ location: string; cookie: string[] }>((resolve, reject) => {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = request(url, { agent, headers: { cookie: cookies } }, (answer) => {
      answer.resume()
      if (answer.statusCode !== 302) reject(new Error(`${answer.statusCode} at ${hostname}`))
      resolve({ location: answer.headers.location ?? '', cookie: answer.headers['set-cookie'] ?? [] })
    })
    sent.on('error', reject)
    sent.end()
  }).finally(() => agent.destroy())
  for (const one of cookie) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
    jar.set(name, value)
  }
  await browse(new URL(location, url).href, jar)
}

const signedIn = new Map<string, Promise<string>>()
/** The ID token of the provider's person. */
function tokenOf(name: keyof typeof HOSTS): Promise<string> {
  const known = signedIn.get(name) ?? signIn(name)
  signedIn.set(name, known)
  return known
}
async function signIn(name: string): Promise<string> {
  const { hub, wirePort: port, caFile } = platform
  const agent = localAgent({ port, caFile })
  const server = cognitoServer({
    domain: hub.userPoolDomain ?? '',
    clientId: hub.userPoolClientId,
    provider: name,
    agent,
  })
  let failure: unknown
  const open = (url: string) => void browse(url).catch((error: unknown) => (failure = error))
  const tokens = await signInByBrowser(server, {
    open,
    say: () => undefined,
    timeoutMilliseconds: 30_000,
  }).catch((error: unknown) => {
    throw failure ?? error
  })
  agent.destroy()
  return tokens.idToken
}

const ask = async (path: string, token: string) => {
  const { status, body } = await platform.call({
    method: 'POST',
    path: `/${path}/invoke`,
    token,
    body: { prompt: 'Who are you?' },
  })
  return { status, body }
}

describe('a person of a tenant’s own provider', () => {
  it('signs in there, and calls on the path of the provider', async () => {
    const token = await tokenOf('acme')
    const claims = decodeJwt(token)
    expect(claims).toMatchObject({
      'cognito:username': 'acme_ann',
      'cognito:groups': [federatedGroup(platform.hub.userPoolId, 'acme')],
      identities: [{ providerName: 'acme', userId: 'Ann' }],
    })
    // Nothing that the provider said of them is there.
    expect(claims).not.toHaveProperty('custom:tenant_id')
    expect(await ask('tenant1.acme', token)).toMatchObject({ status: 200 })
  })

  it('is nobody on any other path, though the provider says so', async () => {
    const token = await tokenOf('acme')
    for (const path of ['tenant1', 'tenant2', 'tenant2.globex', 'tenant2.acme', 'tenant1.globex'])
      expect([path, (await ask(path, token)).status]).toEqual([
        path,
        expect.toSatisfy((status) => [401, 403, 404].includes(status)),
      ])
  })

  it('of another tenant’s provider is refused here, and served there', async () => {
    const token = await tokenOf('globex')
    expect((await ask('tenant1.acme', token)).status).toBe(401)
    expect((await ask('tenant1', token)).status).toBe(401)
    expect((await ask('tenant2.globex', token)).status).toBe(200)
  })
})

describe('the pool’s own users', () => {
  it('call as before, and not on the path of a provider', async () => {
    const token = await platform.token('tenant1')
    expect((await ask('tenant1', token)).status).toBe(200)
    expect((await ask('tenant1.acme', token)).status).toBe(401)
  })

  it('are refused by the program when an administrator puts them into the group of a provider', async () => {
    const { hub, wirePort: port, caFile, cloud } = platform
    const { username, password } = await platform.user('tenant2')
    const cognito = cognitoClient(hub.region, { local: { port, caFile }, credentials: cloud.signIn() })
    const user = { UserPoolId: hub.userPoolId, Username: username }
    await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName: federatedGroup(hub.userPoolId, 'acme') }))
    const { idToken: token } = await signInForTokens(cognito, { clientId: hub.userPoolClientId, username, password })
    cognito.destroy()
    expect(decodeJwt(token)['cognito:groups']).toHaveLength(2)
    const { status, body } = await ask('tenant1.acme', token)
    expect(status).toBe(403)
    expect(body).toContain('tenant_mismatch')
  })
})

describe('each lock by itself', () => {
  it('the load balancer’s rule refuses another provider’s token by its group', () => {
    const rules = platform.cloud.ledger.all('aws:lb/listenerRule:ListenerRule')
    const rule = rules.find(({ urn }) => urn.endsWith('lane-machine-acme'))
    expect(JSON.stringify(rule?.outputs.actions)).toContain(
      JSON.stringify({
        format: 'string-array',
        name: 'cognito:groups',
        values: [federatedGroup(platform.hub.userPoolId, 'acme')],
      }),
    )
  })

  it('the program does where the load balancer is told to forward everything', async () => {
    const rule = platform.cloud.ledger
      .all('aws:lb/listenerRule:ListenerRule')
      .find(({ urn }) => urn.endsWith('lane-machine-acme'))
    if (!rule || !Array.isArray(rule.outputs.actions)) throw new Error('there is no rule of acme')
    const actions = rule.outputs.actions.filter((action) => JSON.stringify(action).includes('"forward"'))
    await platform.changed(rule, { actions }, async () => {
      expect((await ask('tenant1.acme', await tokenOf('globex'))).status).toBe(403)
      expect((await ask('tenant1.acme', await platform.token('tenant1'))).status).toBe(403)
      expect((await ask('tenant1.acme', await tokenOf('acme'))).status).toBe(200)
    })
  })
})

it('one person is blocked by the subject of their tokens, and nobody else', async () => {
  const { hub, wirePort, caFile, cloud } = platform
  const dynamodb = new DynamoDBClient({
    region: hub.region,
    credentials: cloud.signIn(),
    requestHandler: new NodeHttpHandler({ httpsAgent: localAgent({ port: wirePort, caFile }) }),
  })
  const table = { dynamodb, tableName: hub.tableName }
  const subject = decodeJwt(await tokenOf('globex')).sub ?? ''
  await block(table, 'tenant2', { issuer: hub.issuer, subject, until: Date.now() / 1000 + 60 }, new Date())
  try {
    await expect
      .poll(async () => (await ask('tenant2.globex', await tokenOf('globex'))).body, { timeout: 15_000, interval: 500 })
      .toContain('caller_blocked')
    expect((await ask('tenant1.acme', await tokenOf('acme'))).status).toBe(200)
  } finally {
    await unblock(table, 'tenant2', hub.issuer, subject)
    dynamodb.destroy()
  }
})
