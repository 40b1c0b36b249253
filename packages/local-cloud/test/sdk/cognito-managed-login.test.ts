/** The pages and OAuth endpoints of a pool's domain, as a browser and an application call them. */
import { createHash } from 'node:crypto'
import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminUserGlobalSignOutCommand,
  GetUserCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ClientId,
  client,
  fixture,
  group,
  idp,
  keySet,
  PASSWORD,
  person,
  pool,
  startCognito,
  UserPoolId,
} from './cognito-fixture.ts'
import {
  BACK,
  browser,
  domainOf,
  encode,
  hiddenIn,
  OAUTH,
  type Parameters,
  pkce,
  request,
} from './managed-login-browser.ts'
import { failure, publicService } from './services-fixture.ts'

beforeAll(async () => {
  await startCognito({}, [
    pool(UserPoolId),
    client(ClientId, OAUTH),
    client('wide', { ...OAUTH, allowedOauthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'] }),
    client('nobodys', { ...OAUTH, supportedIdentityProviders: [] }),
    client('calls'),
    pool('us-east-1_Other'),
    client('elsewhere', { ...OAUTH, userPoolId: 'us-east-1_Other' }),
    group('tenant1'),
    domainOf(UserPoolId),
  ])
  fixture.lookUp = (_from, host) => publicService(host.endsWith('amazoncognito.com') ? 'cognito-idp' : host)
})
afterAll(() => fixture.close())

/** @returns where the browser is sent after the password */
async function signIn(user: string, change: Parameters = {}, there = browser()) {
  const { location } = await there.get(`/oauth2/authorize?${request(change)}`)
  const { body } = await there.get(location)
  return await there.post(location, { _csrf: hiddenIn(body, '_csrf'), username: user, password: PASSWORD })
}
const codeIn = (location: string) => new URL(location).searchParams.get('code') ?? ''

async function token(form: Parameters) {
  const { status, body, headers } = await browser().post('/oauth2/token', {
    grant_type: 'authorization_code',
    client_id: ClientId,
    redirect_uri: BACK,
    ...form,
  })
  return { status, json: JSON.parse(body), headers }
}

describe('an application that sends a browser to the domain', () => {
  it('gets a code back, and for it and the verifier tokens that name the user, once', async () => {
    const { email, sub } = await person()
    const { verifier, challenge } = pkce()
    const asked = { code_challenge: challenge, code_challenge_method: 'S256', nonce: 'n-1' }
    const { status, location } = await signIn(email, asked)
    expect(status).toBe(302)
    expect(location).toMatch(/^http:\/\/localhost:18765\/callback\?code=[^&]+&state=a%26b%3Dc$/)
    const answer = await token({ code: codeIn(location), code_verifier: verifier })
    expect(answer.status).toBe(200)
    // A page of another origin reads it.
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    const { id_token, access_token, refresh_token, ...rest } = answer.json
    expect(rest).toEqual({ expires_in: 600, token_type: 'Bearer' })
    await jwtVerify(id_token, createLocalJWKSet(await keySet()))
    expect(decodeJwt(id_token)).toMatchObject({
      sub,
      aud: ClientId,
      token_use: 'id',
      nonce: 'n-1',
      email,
      'custom:tenant_id': 'tenant1',
      'cognito:groups': ['tenant1'],
      at_hash: createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url'),
    })
    expect(decodeJwt(access_token)).toMatchObject({ scope: 'openid', client_id: ClientId, username: sub })
    expect((await token({ code: codeIn(location), code_verifier: verifier })).json).toEqual({ error: 'invalid_grant' })
    const refreshed = await token({ grant_type: 'refresh_token', refresh_token })
    expect(refreshed.status).toBe(200)
    expect(refreshed.json).not.toHaveProperty('refresh_token')
    expect(decodeJwt(refreshed.json.id_token)).toMatchObject({ sub, 'custom:tenant_id': 'tenant1' })
  })

  it.each<[string, Parameters, string]>([
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unauthorized_client'],
    ['a challenge without its method', { code_challenge: pkce().challenge }, 'invalid_request'],
    ['a method without a challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    ['a plain challenge', { code_challenge: pkce().challenge, code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'x', code_challenge_method: 'S256' }, 'invalid_request'],
    ['a scope that the client has not', { scope: 'openid email' }, 'invalid_scope'],
    ['a client that no provider signs in', { client_id: 'nobodys' }, 'unauthorized_client'],
  ])('hears of %s by OAuth’s code, with its state', async (_, change, error) => {
    for (const path of ['/oauth2/authorize', '/login']) {
      const { status, location } = await browser().get(`${path}?${request(change)}`)
      expect(status).toBe(302)
      expect(location).toBe(`${BACK}?error=${error}&state=a%26b%3Dc`)
    }
  })

  it.each<[string, Parameters]>([
    ['no client', { client_id: undefined }],
    ['a client that is not there', { client_id: 'none' }],
    ['another pool’s client', { client_id: 'elsewhere' }],
    ['a client that signs in by calls', { client_id: 'calls' }],
    ['no address', { redirect_uri: undefined }],
    ['an address that is not registered', { redirect_uri: 'https://evil.example.com/' }],
    ['an address with more behind it', { redirect_uri: `${BACK}/x` }],
    ['an address without its slash', { redirect_uri: 'https://site.example.com' }],
  ])('is not sent anywhere with %s', async (_, change) => {
    const { status, headers } = await browser().get(`/oauth2/authorize?${request(change)}`)
    expect(status).toBe(400)
    expect(headers).not.toHaveProperty('location')
  })

  it('is not sent anywhere with a parameter twice', async () => {
    const { status } = await browser().get(`/oauth2/authorize?${request()}&redirect_uri=https://evil.example.com/`)
    expect(status).toBe(400)
  })

  it('has a code that is good for five minutes', async () => {
    const { location } = await signIn((await person()).email)
    fixture.ahead = 301
    expect((await token({ code: codeIn(location) })).json).toEqual({ error: 'invalid_grant' })
    fixture.ahead = 0
  })

  it.each<[string, Parameters, string]>([
    ['no verifier', {}, 'invalid_grant'],
    ['another verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['another client', { client_id: 'wide' }, 'invalid_grant'],
    ['a client that is not there', { client_id: 'none' }, 'invalid_client'],
    ['another address', { redirect_uri: 'https://site.example.com/' }, 'unauthorized_client'],
    ['no address', { redirect_uri: undefined }, 'invalid_request'],
    ['no grant', { grant_type: undefined }, 'invalid_request'],
    ['an unknown grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('has no tokens for %s, and the code is spent by whoever tried it', async (_, change, error) => {
    const { verifier, challenge } = pkce()
    const { location } = await signIn((await person()).email, {
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const code = codeIn(location)
    expect((await token({ code, ...change })).json).toEqual({ error })
    const spent = ['invalid_grant', 'unauthorized_client'].includes(error)
    expect((await token({ code, code_verifier: verifier })).status).toBe(spent ? 400 : 200)
  })

  it('gets the tenant with openid alone or with profile, and not beside email', async () => {
    const { email } = await person()
    const claims = async (scope: string) => {
      const { location } = await signIn(email, { client_id: 'wide', scope })
      return decodeJwt((await token({ client_id: 'wide', code: codeIn(location) })).json.id_token)
    }
    expect(await claims('openid')).toHaveProperty('custom:tenant_id')
    expect(await claims('openid profile')).toHaveProperty('custom:tenant_id')
    const narrow = await claims('openid email')
    expect(narrow).toHaveProperty('email')
    expect(narrow).not.toHaveProperty('custom:tenant_id')
  })

  it('has access tokens for no more than was asked', async () => {
    const { email } = await person()
    const answerOf = async (scope: string) => {
      const { location } = await signIn(email, { client_id: 'wide', scope })
      return (await token({ client_id: 'wide', code: codeIn(location) })).json
    }
    const { access_token: narrow } = await answerOf('openid')
    expect((await failure(idp.send(new GetUserCommand({ AccessToken: narrow })))).message).toContain('required scopes')
    const { access_token: wide, id_token } = await answerOf('aws.cognito.signin.user.admin')
    expect(id_token).toBeUndefined()
    expect((await idp.send(new GetUserCommand({ AccessToken: wide }))).UserAttributes).toBeDefined()
  })
})

describe('the page', () => {
  it('has no script, loads nothing, is framed by nobody, and repeats nothing as HTML', async () => {
    const { body, headers, status } = await browser().get(`/login?${request({ state: '"><script>alert(1)</script>' })}`)
    expect(status).toBe(200)
    expect(body).not.toContain('<script')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['set-cookie']).toMatch(/Secure; HttpOnly; SameSite=Lax$/)
    expect(headers['cache-control']).toBe('no-store')
  })

  it.each<[string, (token: string) => Parameters]>([
    ['without its token', () => ({})],
    ['with another token', (token) => ({ _csrf: `x${token.slice(1)}` })],
  ])('takes no form %s', async (_, fields) => {
    const there = browser()
    const target = `/login?${request()}`
    const { body } = await there.get(target)
    const form = { username: (await person()).email, password: PASSWORD, ...fields(hiddenIn(body, '_csrf') ?? '') }
    expect((await there.post(target, form)).status).toBe(403)
  })

  it('takes no form from a browser that it did not give one', async () => {
    const { body } = await browser().get(`/login?${request()}`)
    const form = { _csrf: hiddenIn(body, '_csrf'), username: (await person()).email, password: PASSWORD }
    expect((await browser().post(`/login?${request()}`, form)).status).toBe(403)
  })

  it('says the same of a wrong password and of a user who is not there', async () => {
    const there = browser()
    const target = `/login?${request()}`
    const alerts = []
    for (const username of [(await person()).email, 'nobody@example.com']) {
      const { body } = await there.get(target)
      const refused = await there.post(target, { _csrf: hiddenIn(body, '_csrf'), username, password: 'Wrong-horse-7' })
      expect(refused.status).toBe(400)
      alerts.push(/role="alert">([^<]*)/.exec(refused.body)?.[1])
    }
    expect(alerts).toEqual(['Incorrect username or password.', 'Incorrect username or password.'])
  })

  it('has a user with a temporary password choose another one', async () => {
    const email = 'new@example.com'
    await idp.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: email,
        MessageAction: 'SUPPRESS',
        TemporaryPassword: PASSWORD,
      }),
    )
    const there = browser()
    const asking = await signIn(email, {}, there)
    expect(asking.body).toContain('New password')
    const fields = (body: string) => ({ _csrf: hiddenIn(body, '_csrf'), session: hiddenIn(body, 'session') })
    const weak = await there.post(`/login?${request()}`, { ...fields(asking.body), new_password: 'weak' })
    expect(weak.body).toContain('Password not long enough')
    const done = await there.post(`/login?${request()}`, { ...fields(weak.body), new_password: 'Another-horse-7' })
    expect(done.location).toContain('code=')
  })

  it('is passed by for an hour by a browser that has signed in, until it signs out or the user is disabled', async () => {
    const { email } = await person()
    const there = browser()
    await signIn(email, {}, there)
    const again = () => there.get(`/oauth2/authorize?${request()}`)
    expect((await again()).location).toContain('code=')
    fixture.ahead = 3601
    expect((await again()).location).toMatch(/^\/login\?/)
    fixture.ahead = 0
    const out = await there.get(`/logout?${encode({ client_id: ClientId, logout_uri: 'https://site.example.com/' })}`)
    expect(out.location).toBe('https://site.example.com/')
    expect((await again()).location).toMatch(/^\/login\?/)
    await signIn(email, {}, there)
    await idp.send(new AdminDisableUserCommand({ UserPoolId, Username: email }))
    expect((await again()).location).toMatch(/^\/login\?/)
  })

  it('sends nobody who signs out to an address that is not registered', async () => {
    const out = (change: Parameters) => browser().get(`/logout?${encode({ client_id: ClientId, ...change })}`)
    expect((await out({ logout_uri: 'https://evil.example.com/' })).status).toBe(400)
    expect((await out({})).status).toBe(400)
    expect((await out({ response_type: 'code', redirect_uri: BACK })).location).toMatch(/^\/login\?/)
  })
})

describe('a refresh token', () => {
  const refresh = (refresh_token: string, client_id = ClientId) =>
    token({ grant_type: 'refresh_token', redirect_uri: undefined, refresh_token, client_id })
  async function session() {
    const { email } = await person()
    const { location } = await signIn(email)
    return { email, refreshToken: (await token({ code: codeIn(location) })).json.refresh_token as string }
  }

  it('is revoked, and another client’s is not', async () => {
    const { refreshToken } = await session()
    const revoke = (form: Parameters) => browser().post('/oauth2/revoke', { client_id: ClientId, ...form })
    expect((await revoke({ client_id: 'wide', token: refreshToken })).status).toBe(200)
    expect((await refresh(refreshToken)).status).toBe(200)
    expect(await revoke({ token: refreshToken })).toMatchObject({ status: 200, body: '' })
    expect((await refresh(refreshToken)).json).toEqual({ error: 'invalid_grant' })
    expect(JSON.parse((await revoke({})).body)).toEqual({ error: 'invalid_request' })
    expect(JSON.parse((await revoke({ token: 'a.b.c' })).body)).toEqual({ error: 'unsupported_token_type' })
    expect((await revoke({ token: 'x', client_id: 'none' })).status).toBe(401)
  })

  it('ends with the session, and is another client’s nowhere', async () => {
    const { email, refreshToken } = await session()
    expect((await refresh(refreshToken, 'wide')).json).toEqual({ error: 'invalid_grant' })
    await idp.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username: email }))
    expect((await refresh(refreshToken)).json).toEqual({ error: 'invalid_grant' })
    expect((await refresh('made-up')).json).toEqual({ error: 'invalid_grant' })
  })
})

it('no other method and path is served', async () => {
  expect((await browser().get('/oauth2/token')).status).toBe(405)
  expect((await browser().get('/oauth2/userInfo')).body).toContain("GET /oauth2/userInfo of a user pool's domain")
})
