/**
 * The error table of docs/api.md, case by case, through the real load balancer: first behind the demo's HTTP listener, where
 * the function answers everything, then behind HTTPS, where the load balancer refuses tokens itself.
 */
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimsOf, cognitoClient, createUser, signIn } from '../../cli/hub/cognito.ts'
import { type Platform, startPlatform } from './platform.ts'

const PASSWORD = 'correct horse battery staple A1!'

interface Tokens {
  readonly own: string
  readonly access: string
  readonly expired: string
  readonly withoutTenant: string
  readonly withoutGroup: string
  readonly otherTenant: string
  readonly forged: string
}

/** Tokens that Cognito itself issued, and one that somebody else did. `skew` moves the cloud's clock, in seconds. */
async function tokensOf(platform: Platform, clock: { skew: number }): Promise<Tokens> {
  const { hub, wirePort, caFile, cloud } = platform
  const client = cognitoClient(hub.region, { local: { port: wirePort, caFile }, credentials: cloud.signIn() })
  const own = await platform.token('tenant1')
  const user = { clientId: hub.userPoolClientId, username: 'user@tenant1.example.com', password: PASSWORD }
  const auth = await client.send(
    new InitiateAuthCommand({
      ClientId: user.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: user.username, PASSWORD: user.password },
    }),
  )
  clock.skew = -7200
  const expired = await signIn(client, user)
  clock.skew = 0
  const stranger = async (username: string, attributes: { Name: string; Value: string }[]) => {
    const named = { UserPoolId: hub.userPoolId, Username: username }
    await client.send(
      new AdminCreateUserCommand({
        ...named,
        MessageAction: 'SUPPRESS',
        UserAttributes: [{ Name: 'email', Value: username }, ...attributes],
      }),
    )
    await client.send(new AdminSetUserPasswordCommand({ ...named, Password: PASSWORD, Permanent: true }))
    return await signIn(client, { ...user, username })
  }
  const withoutTenant = await stranger('nobody@example.com', [])
  const withoutGroup = await stranger('ungrouped@example.com', [{ Name: 'custom:tenant_id', Value: 'tenant1' }])
  const { privateKey } = await generateKeyPair('RS256')
  const forged = await new SignJWT({ ...claimsOf(own) })
    .setProtectedHeader({ alg: 'RS256', kid: headerOf(own).kid })
    .sign(privateKey)
  const otherTenant = await platform.token('tenant2')
  client.destroy()
  return {
    own,
    access: String(auth.AuthenticationResult?.AccessToken),
    expired,
    withoutTenant,
    withoutGroup,
    otherTenant,
    forged,
  }
}

const headerOf = (token: string): { kid: string } =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'))

async function start(settings: Readonly<Record<string, unknown>>) {
  const clock = { skew: 0 }
  const platform = await startPlatform({ now: () => Date.now() / 1000 + clock.skew, settings: { hub: settings } })
  return { platform, tokens: await tokensOf(platform, clock) }
}

type Case = readonly [what: string, token: keyof Tokens | string | undefined, status: number, code: string]

const TOKEN_CASES: readonly Case[] = [
  ['no token', undefined, 401, 'token_missing'],
  ['a malformed token', 'literal:not-a-token', 401, 'token_malformed'],
  ['a token signed by another key', 'forged', 401, 'token_untrusted'],
  ['an expired token', 'expired', 401, 'token_expired'],
  ['an access token', 'access', 401, 'token_wrong_use'],
  ["another tenant's token", 'otherTenant', 403, 'tenant_mismatch'],
  ['a token without a tenant', 'withoutTenant', 403, 'tenant_claim_missing'],
  ["a token of a user who left the tenant's group", 'withoutGroup', 403, 'tenant_membership_missing'],
]

const pick = (tokens: Tokens, token: string | undefined) =>
  token?.startsWith('literal:') ? token.slice('literal:'.length) : token && tokens[token as keyof Tokens]

describe('the demo listener: the function answers', () => {
  let platform: Platform
  let tokens: Tokens
  beforeAll(async () => {
    const insecure = { domainName: undefined, hostedZoneId: undefined, allowInsecureHttp: true }
    ;({ platform, tokens } = await start(insecure))
  })
  afterAll(() => platform?.close())

  it.each(TOKEN_CASES)('%s', async (_, token, status, code) => {
    const given = pick(tokens, token)
    const answer = await platform.call({
      method: 'POST',
      path: '/tenant1/invoke',
      body: { prompt: 'Hello' },
      ...(given !== undefined && { token: given }),
    })
    expect(answer.status).toBe(status)
    const { error } = JSON.parse(answer.body)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/\w/)
    expect(error.requestId).toBe(answer.headers['x-request-id'])
    if (given !== undefined) expect(answer.body).not.toContain(given)
  })
})

describe('behind HTTPS', () => {
  let platform: Platform
  let tokens: Tokens
  beforeAll(async () => {
    ;({ platform, tokens } = await start({}))
  })
  afterAll(() => platform?.close())

  it.each(TOKEN_CASES)('%s: refused by the load balancer', async (_, token) => {
    const given = pick(tokens, token)
    const answer = await platform.call({
      method: 'POST',
      path: '/tenant1/invoke',
      body: { prompt: 'Hello' },
      ...(given !== undefined && { token: given }),
    })
    expect(answer.status).toBe(401)
    expect(answer.headers['content-type']).toMatch(/text\/html/)
  })

  const post = (path: string, body: unknown) => platform.call({ method: 'POST', path, token: tokens.own, body })
  const invoke = (body: unknown) => post('/tenant1/invoke', body)
  const CASES: readonly [string, () => ReturnType<Platform['call']>, number, string][] = [
    ['an unknown tenant', () => post('/tenant9/invoke', { prompt: 'Hello' }), 404, 'tenant_unknown'],
    ['an unknown path', () => post('/tenant1/nothing', {}), 404, 'path_not_found'],
    [
      'a method that is not allowed',
      () => platform.call({ method: 'GET', path: '/tenant1/invoke', token: tokens.own }),
      405,
      'method_not_allowed',
    ],
    ['a body that is no object', () => invoke(['Hello']), 400, 'body_not_object'],
    ['no prompt', () => invoke({}), 400, 'prompt_missing'],
    ['an empty prompt', () => invoke({ prompt: ' ' }), 400, 'prompt_empty'],
    ['a prompt that is no text', () => invoke({ prompt: 7 }), 400, 'prompt_not_text'],
    ['an unknown field', () => invoke({ prompt: 'Hello', promt: 'Hello' }), 400, 'field_unknown'],
    ['a number out of range', () => invoke({ prompt: 'Hello', temperature: 3 }), 400, 'number_out_of_range'],
    ["a model that is not the tenant's", () => invoke({ prompt: 'Hello', model: 'gpt' }), 403, 'model_not_allowed'],
  ]
  it.each(CASES)('%s', async (_, call, status, code) => {
    const answer = await call()
    expect({ status: answer.status, code: JSON.parse(answer.body).error.code }).toEqual({ status, code })
    if (status === 405) expect(answer.headers.allow).toBe('POST')
  })

  it('a body over the limit: 413 of the load balancer', async () => {
    const answer = await invoke({ prompt: 'x'.repeat(1_100_000) })
    expect(answer.status).toBe(413)
  })

  it('answers with the model, the usage and a request id', async () => {
    const answer = await invoke({ prompt: 'Hello', maxTokens: 5, temperature: 0.5, system: 'Be brief.' })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({
      tenant: 'tenant1',
      tenantId: 'tenant1',
      model: 'nova-2-lite',
      output: expect.any(String),
      stopReason: 'max_tokens',
      usage: { inputTokens: expect.any(Number), outputTokens: 5, totalTokens: expect.any(Number) },
      requestId: expect.any(String),
    })
  })

  it('lists the names that the tenant may use, and what stands behind each', async () => {
    const answer = await platform.call({ method: 'GET', path: '/tenant1/models', token: tokens.own })
    expect(answer.status).toBe(200)
    const { models, account, compute, details } = JSON.parse(answer.body)
    expect({ models, account, compute }).toEqual({
      models: ['claude-haiku-4.5', 'nova-2-lite'],
      account: '222222222222',
      compute: 'lambda',
    })
    expect(details['nova-2-lite']).toMatchObject({
      id: 'us.amazon.nova-2-lite-v1:0',
      price: { input: expect.any(Number) },
    })
  })

  it("a tenant's user who joins its group is let in", async () => {
    const { hub, wirePort, caFile, cloud } = platform
    const client = cognitoClient(hub.region, { local: { port: wirePort, caFile }, credentials: cloud.signIn() })
    const username = 'second@tenant1.example.com'
    await createUser(client, { userPoolId: hub.userPoolId, tenantId: 'tenant1', username, email: username }, PASSWORD)
    const token = await signIn(client, { clientId: hub.userPoolClientId, username, password: PASSWORD })
    expect(
      (await platform.call({ method: 'POST', path: '/tenant1/invoke', token, body: { prompt: 'Hello' } })).status,
    ).toBe(200)
    client.destroy()
  })
})
