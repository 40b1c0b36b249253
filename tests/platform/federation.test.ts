/** People whom the hub's user pool sends to their own provider: through both locks, and through each by itself. */
import { AdminAddUserToGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoClient, signInForTokens } from '../../cli/hub/cognito.ts'
import { block, unblock } from '../../cli/tenant/blocked-callers.ts'
import { federatedGroup } from '../../shared/federation.ts'
import { CLIENT_ID, oidcProvider, secretOf, signInAtProvider } from '../oidc-provider.ts'
import { type Platform, startPlatform } from './platform.ts'

const oidc = (tenant: string, host: string) => ({
  type: 'oidc',
  tenant,
  issuer: `https://${host}`,
  clientId: CLIENT_ID,
})
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
        federatedSecrets: { acme: secretOf(HOSTS.acme), globex: secretOf(HOSTS.globex) },
      },
    },
    websites: {
      [HOSTS.acme]: oidcProvider(HOSTS.acme, { sub: 'Ann', claims: LIES }),
      [HOSTS.globex]: oidcProvider(HOSTS.globex, { sub: 'Ann', claims: { 'custom:tenant_id': 'tenant1' } }),
    },
  })
})
afterAll(() => platform?.close())

const signedIn = new Map<string, Promise<string>>()
/** The ID token of the provider's person. */
function tokenOf(name: keyof typeof HOSTS): Promise<string> {
  const known = signedIn.get(name) ?? signIn(name)
  signedIn.set(name, known)
  return known
}
const signIn = async (name: string) =>
  (await signInAtProvider(platform.hub, name, { port: platform.wirePort, caFile: platform.caFile })).idToken

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
