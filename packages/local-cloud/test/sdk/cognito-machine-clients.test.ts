/** App clients that call as themselves: made and rotated by calls, their tokens by the token endpoint of the pool's domain. */
import {
  AddUserPoolClientSecretCommand,
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
  DeleteUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
  ListUserPoolClientsCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WireResponse } from '../../src/wire/service.ts'
import { ClientId, client, fetchJson, fixture, idp, keySet, pool, startCognito, UserPoolId } from './cognito-fixture.ts'
import { failure, LAPTOP, publicService, resource } from './services-fixture.ts'

const DOMAIN = 'genai-example.auth.us-east-1.amazoncognito.com'
const SCOPE = 'genai/invoke'

beforeAll(async () => {
  await startCognito({}, [
    pool(UserPoolId),
    client(ClientId, { name: 'users' }),
    resource('aws:cognito/resourceServer:ResourceServer', `${UserPoolId}|genai`, {
      identifier: 'genai',
      userPoolId: UserPoolId,
      scopeIdentifiers: [SCOPE],
    }),
    resource('aws:cognito/userPoolDomain:UserPoolDomain', 'genai-example', {
      domain: 'genai-example',
      userPoolId: UserPoolId,
    }),
  ])
  fixture.lookUp = (_from, host) => publicService(host.endsWith('amazoncognito.com') ? 'cognito-idp' : host)
})
afterAll(() => fixture.close())

const MACHINE = {
  UserPoolId,
  ClientName: 'tenant1.app',
  GenerateSecret: true,
  AllowedOAuthFlows: ['client_credentials' as const],
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthScopes: [SCOPE],
  AccessTokenValidity: 60,
  TokenValidityUnits: { AccessToken: 'minutes' as const },
}

async function machine() {
  const { UserPoolClient } = await idp.send(new CreateUserPoolClientCommand(MACHINE))
  return { id: UserPoolClient?.ClientId ?? '', secret: UserPoolClient?.ClientSecret ?? '' }
}

interface Asked {
  readonly id: string
  readonly secret: string
  readonly form?: Readonly<Record<string, string>>
  readonly inForm?: boolean
  readonly method?: string
}

async function tokenFor({ id, secret, form = {}, inForm = false, method = 'POST' }: Asked) {
  const fields = { grant_type: 'client_credentials', ...(inForm && { client_id: id, client_secret: secret }), ...form }
  const answer = (await fixture.wire.call(LAPTOP, {
    host: DOMAIN,
    method,
    target: '/oauth2/token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(!inForm && { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }),
    },
    body: new TextEncoder().encode(new URLSearchParams(fields).toString()),
  })) as WireResponse
  return { status: answer.status, json: JSON.parse(String(answer.body)) }
}

describe('a machine’s app client', () => {
  it('has an access token of the pool that names it, and nobody else', async () => {
    const made = await machine()
    for (const inForm of [false, true]) {
      const { status, json } = await tokenFor({ ...made, inForm })
      expect(status).toBe(200)
      expect(json).toMatchObject({ expires_in: 3600, token_type: 'Bearer' })
      await jwtVerify(json.access_token, createLocalJWKSet(await keySet()))
      const claims = decodeJwt(json.access_token)
      expect(claims).toMatchObject({ sub: made.id, client_id: made.id, token_use: 'access', scope: SCOPE })
      expect(claims).not.toHaveProperty('aud')
      expect(claims).not.toHaveProperty('username')
    }
  })

  it.each<[string, Partial<Asked>, string]>([
    ['another secret', { secret: 'x' }, 'invalid_client'],
    ['another client', { id: 'x' }, 'invalid_client'],
    ['a scope that it was not given', { form: { scope: 'genai/other' } }, 'invalid_scope'],
    ['another grant', { form: { grant_type: 'password' } }, 'unsupported_grant_type'],
  ])('is refused for %s', async (_, change, error) => {
    expect(await tokenFor({ ...(await machine()), ...change })).toEqual({ status: 400, json: { error } })
  })

  it('is asked for by POST', async () => {
    expect((await tokenFor({ ...(await machine()), method: 'GET' })).status).toBe(405)
  })

  it('has two secrets at most, and never none', async () => {
    const { id, secret } = await machine()
    const of = { UserPoolId, ClientId: id }
    const { ClientSecretDescriptor: added } = await idp.send(new AddUserPoolClientSecretCommand(of))
    for (const one of [secret, added?.ClientSecretValue ?? ''])
      expect((await tokenFor({ id, secret: one })).status).toBe(200)
    expect(await failure(idp.send(new AddUserPoolClientSecretCommand(of)))).toHaveProperty(
      'name',
      'LimitExceededException',
    )
    const { ClientSecrets = [] } = await idp.send(new ListUserPoolClientSecretsCommand(of))
    expect(ClientSecrets).toHaveLength(2)
    expect(JSON.stringify(ClientSecrets)).not.toContain(secret)
    const [old, last] = ClientSecrets.map(({ ClientSecretId = '' }) => ClientSecretId)
    await idp.send(new DeleteUserPoolClientSecretCommand({ ...of, ClientSecretId: old ?? '' }))
    expect((await tokenFor({ id, secret })).json).toEqual({ error: 'invalid_client' })
    const refused = await failure(
      idp.send(new DeleteUserPoolClientSecretCommand({ ...of, ClientSecretId: last ?? '' })),
    )
    expect(refused.name).toBe('InvalidParameterException')
  })

  it('is listed beside the declared one, and is gone when it is deleted', async () => {
    const { id, secret } = await machine()
    const { UserPoolClients = [] } = await idp.send(new ListUserPoolClientsCommand({ UserPoolId, MaxResults: 60 }))
    expect(UserPoolClients).toContainEqual({ ClientId, ClientName: 'users', UserPoolId })
    expect(UserPoolClients).toContainEqual({ ClientId: id, ClientName: 'tenant1.app', UserPoolId })
    await idp.send(new DeleteUserPoolClientCommand({ UserPoolId, ClientId: id }))
    expect((await tokenFor({ id, secret })).json).toEqual({ error: 'invalid_client' })
  })

  it.each<[string, object, string]>([
    ['a scope that no resource server has', { AllowedOAuthScopes: ['genai/other'] }, 'ScopeDoesNotExistException'],
    ['no secret', { GenerateSecret: false }, 'InvalidOAuthFlowException'],
    ['people’s flows too', { AllowedOAuthFlows: ['client_credentials', 'code'] }, 'InvalidOAuthFlowException'],
    ['a token of two days', { AccessTokenValidity: 2880 }, 'InvalidParameterException'],
  ])('is not made with %s', async (_, change, name) => {
    expect(await failure(idp.send(new CreateUserPoolClientCommand({ ...MACHINE, ...change })))).toHaveProperty(
      'name',
      name,
    )
  })
})

it('a pool that has a domain is not reached through PrivateLink', async () => {
  expect((await fetchJson(`/${UserPoolId}/.well-known/jwks.json`)).status).toBe(200)
  fixture.lookUp = (_from, host) => ({
    ...publicService(host),
    target: { kind: 'endpoint', endpointId: ENDPOINT.id, vpcId: 'vpc-1', service: 'cognito-idp' },
  })
  await fixture.ledger.put(ENDPOINT)
  expect(await fetchJson(`/${UserPoolId}/.well-known/jwks.json`)).toMatchObject({
    status: 400,
    json: { message: expect.stringContaining('PrivateLink access is disabled') },
  })
})

const ENDPOINT = resource('aws:ec2/vpcEndpoint:VpcEndpoint', 'vpce-0123456789abcdef0', { vpcId: 'vpc-1' })
