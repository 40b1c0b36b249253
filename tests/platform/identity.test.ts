/** People of an external provider, which signs as Entra ID, Okta or Keycloak do: through both locks, and through each by itself. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Website } from '@genai/local-cloud/website'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { block, unblock } from '../../cli/tenant/blocked-callers.ts'
import { requireOwnUsers } from '../../cli/tenant/require-user-pool.ts'
import { discoveryUrl } from '../../shared/identity-provider.ts'
import { callerId } from '../../shared/tenant.ts'
import { type Platform, startPlatform } from './platform.ts'

const HOST = 'login.example.com'
const ISSUER = `https://${HOST}/directory/v2.0`
const AUDIENCE = 'api://genai'
/** An app role, as an administrator of the provider names it. */
const ROLE = 'Genai.Tenant.One'
const IDENTITY = { issuer: ISSUER, audience: AUDIENCE, tenantClaim: 'roles', claimFormat: 'list' }

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** As Entra ID publishes them: no `alg`. */
const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' })
let keys: readonly object[] = [jwk(publicKey, 'k1')]
let discovery: object = {
  issuer: ISSUER,
  jwks_uri: `https://${HOST}/directory/keys`,
  id_token_signing_alg_values_supported: ['RS256'],
}

const website: Website = async ({ target }) => {
  const pages: Readonly<Record<string, object>> = {
    [new URL(discoveryUrl(ISSUER)).pathname]: discovery,
    '/directory/keys': { keys },
  }
  const page = pages[target]
  return page ? { status: 200, body: JSON.stringify(page) } : { status: 404, body: '' }
}

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    settings: {
      hub: { identity: IDENTITY, deletionProtection: false },
      'spoke-tenant1': { tenantClaimValue: ROLE },
    },
    websites: { [HOST]: website },
  })
})
afterAll(() => platform?.close())

const token = (claims: JWTPayload = {}, { key = privateKey, kid = 'k1' } = {}) =>
  new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'AAAAsubject', roles: [ROLE], ...claims })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(key)

const call = async (given: string, path = '/tenant1/invoke') => {
  const { status, body } = await platform.call({ method: 'POST', path, token: given, body: { prompt: 'Who are you?' } })
  const code = body.startsWith('{') ? (JSON.parse(body).error?.code as string | undefined) : undefined
  return { status, code }
}

/** The same where the load balancer checks nothing: the program alone. */
async function byProgram(given: string) {
  const rule = platform.cloud.ledger
    .all('aws:lb/listenerRule:ListenerRule')
    .find(({ outputs }) => JSON.stringify(outputs.conditions).includes('"/tenant1/*"'))
  if (!rule) throw new Error('the tenant has no rule')
  const actions = (rule.outputs.actions as readonly { readonly type: string }[]).filter(
    ({ type }) => type === 'forward',
  )
  return await platform.changed(rule, { actions: actions as never }, () => call(given))
}

describe('people of an external provider', () => {
  it('are served by their tenant’s path, whatever the tenant is called there', async () => {
    const ofTwo = await token({ roles: ['x', 'tenant2'] })
    expect((await call(await token())).status).toBe(200)
    await expect.poll(async () => (await call(ofTwo, '/tenant2/invoke')).status, { timeout: 60_000 }).toBe(200)
    expect((await byProgram(await token())).status).toBe(200)
  })

  it('are asked of no user pool: its users’ tokens are refused', async () => {
    const cognitos = await platform.token('tenant1')
    expect((await call(cognitos)).status).toBe(401)
    expect(await byProgram(cognitos)).toEqual({ status: 401, code: 'token_wrong_issuer' })
  })

  it.each<[string, JWTPayload, number, string]>([
    ['another tenant of the same provider', { roles: ['tenant2'] }, 403, 'tenant_mismatch'],
    ['the tenant’s id, which is not its value', { roles: ['tenant1'] }, 403, 'tenant_mismatch'],
    ['no role', { roles: undefined }, 403, 'tenant_claim_missing'],
    ['a role as text', { roles: ROLE }, 403, 'tenant_claim_missing'],
    ['another application', { aud: 'api://other' }, 401, 'token_wrong_audience'],
    ['several audiences', { aud: [AUDIENCE, 'account'] }, 401, 'token_wrong_audience'],
    ['Entra ID’s first version', { iss: 'https://sts.windows.net/directory/' }, 401, 'token_wrong_issuer'],
    ['an issuer with a slash', { iss: `${ISSUER}/` }, 401, 'token_wrong_issuer'],
    ['a time that is over', { exp: 1_700_000_000 }, 401, 'token_expired'],
  ])('are refused by each lock alone: %s', async (_, claims, status, code) => {
    const given = 'exp' in claims ? await expired() : await token(claims)
    expect((await call(given)).status).toBe(401)
    expect(await byProgram(given)).toEqual({ status, code })
  })

  const expired = () =>
    new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 's', roles: [ROLE] })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setExpirationTime(1_700_000_000)
      .sign(privateKey)

  it('are refused with a key that is not the provider’s', async () => {
    const forged = await token({}, { key: other.privateKey })
    expect((await call(forged)).status).toBe(401)
    expect(await byProgram(forged)).toEqual({ status: 401, code: 'token_untrusted' })
  })

  it('are served with a new key once the table has it', async () => {
    keys = [...keys, jwk(other.publicKey, 'k2')]
    await platform.cloud.schedules.run()
    const given = await token({}, { key: other.privateKey, kid: 'k2' })
    await expect.poll(async () => (await call(given)).status, { timeout: 60_000, interval: 500 }).toBe(200)
  })

  it('are blocked by issuer and subject, and let in again', async () => {
    const dynamodb = new DynamoDBClient({
      region: platform.hub.region,
      credentials: platform.cloud.signIn(),
      requestHandler: new NodeHttpHandler({
        httpsAgent: localAgent({ port: platform.wirePort, caFile: platform.caFile }),
      }),
    })
    const table = { dynamodb, tableName: platform.hub.tableName }
    const until = Math.ceil(Date.now() / 1000) + 600
    await block(table, 'tenant1', { issuer: ISSUER, subject: 'stolen', until }, new Date())
    const stolen = await token({ sub: 'stolen' })
    await expect.poll(async () => (await call(stolen)).code, { timeout: 60_000, interval: 500 }).toBe('caller_blocked')
    expect((await call(await token({ sub: 'another' }))).status).toBe(200)
    await unblock(table, 'tenant1', ISSUER, 'stolen')
    await expect.poll(async () => (await call(stolen)).status, { timeout: 60_000, interval: 500 }).toBe(200)
    dynamodb.destroy()
  })

  it('are in the trail by an id that is no name', async () => {
    await call(await token({ sub: 'person@example.com' }))
    const lines = JSON.stringify(platform.events)
    expect(lines).not.toContain('person@example.com')
    expect(
      createHash('sha256')
        .update(JSON.stringify([ISSUER, 'person@example.com']))
        .digest('base64url')
        .slice(0, 32),
    ).toBe(callerId(ISSUER, 'person@example.com'))
  })
})

describe('the setting', () => {
  it('keeps the user pool, and goes there and back in place', async () => {
    const pool = platform.hub.userPoolId
    expect(platform.hub.identity).toMatchObject({ ...IDENTITY, jwksUri: `https://${HOST}/directory/keys` })
    await platform.deploy('hub', { deletionProtection: false })
    await platform.deploy('spoke-tenant1', {})
    await expect
      .poll(async () => (await call(await platform.token('tenant1'))).status, { timeout: 60_000, interval: 500 })
      .toBe(200)
    expect((await call(await token())).status).toBe(401)
    await platform.deploy('hub', { identity: IDENTITY, deletionProtection: false })
    await platform.deploy('spoke-tenant1', { tenantClaimValue: ROLE })
    await expect.poll(async () => (await call(await token())).status, { timeout: 60_000, interval: 500 }).toBe(200)
    expect(platform.resource('aws:cognito/userPool:UserPool').id).toBe(pool)
  })

  it.each<[string, object, JWTPayload, JWTPayload]>([
    ['text', { tenantClaim: 'tenant' }, { tenant: ROLE }, { tenant: [ROLE] }],
    ['space-separated', { tenantClaim: 'scp' }, { scp: `openid ${ROLE}` }, { scp: [ROLE] }],
    ['list', { tenantClaim: 'groups', groupsClaim: 'roles' }, { groups: [ROLE] }, { groups: [ROLE], roles: ['x'] }],
  ])('has the format %s, in both locks', async (claimFormat, change, good, bad) => {
    await platform.deploy('hub', { identity: { ...IDENTITY, claimFormat, ...change }, deletionProtection: false })
    await platform.deploy('spoke-tenant1', { tenantClaimValue: ROLE })
    const [let_in, refused] = [await token(good), await token(bad)]
    await expect.poll(async () => (await call(let_in)).status, { timeout: 60_000, interval: 500 }).toBe(200)
    expect((await byProgram(let_in)).status).toBe(200)
    expect((await call(refused)).status).toBe(401)
    expect((await byProgram(refused)).status).toBe(403)
  })

  it('tells of groups that the provider left out', async () => {
    const over = await token({ groups: undefined, _claim_names: { groups: 'src1' } })
    expect((await call(over)).status).toBe(401)
    const rule = await byProgram(over)
    expect(rule).toEqual({ status: 403, code: 'tenant_claim_missing' })
  })

  it.each<[string, Partial<{ keys: typeof keys; discovery: object }>, RegExp]>([
    ['eleven keys', { keys: Array.from({ length: 11 }, (_, index) => jwk(publicKey, `k${index}`)) }, /11 keys/],
    ['another issuer', { discovery: { ...discovery, issuer: `${ISSUER}/` } }, /The slash at the end counts/],
  ])('is refused before anything changes: a provider with %s', async (_, change, words) => {
    const had = { keys, discovery }
    ;({ keys, discovery } = { ...had, ...change })
    await expect(platform.deploy('hub', { identity: { ...IDENTITY, audience: 'api://next' } })).rejects.toThrow(words)
    ;({ keys, discovery } = had)
  })

  it('is refused where keys come another way, and a tenant’s value where there is no provider', async () => {
    await expect(platform.deploy('hub', { identity: IDENTITY, keySetVia: 'nat' })).rejects.toThrow(
      /identity.*keySetVia is nat/s,
    )
    await platform.deploy('hub', { deletionProtection: false })
    await expect(platform.deploy('spoke-tenant1', { tenantClaimValue: ROLE })).rejects.toThrow(/own user pool/)
  })

  it('sends operators to the provider', () => {
    expect(() => requireOwnUsers({ identity: { issuer: ISSUER } }, 'add')).toThrow(
      `People of this hub sign in with ${ISSUER}`,
    )
    expect(() => requireOwnUsers({}, 'add')).not.toThrow()
  })
})
