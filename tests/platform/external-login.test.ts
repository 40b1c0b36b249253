/** `login` against an external provider, by browser and by device: a stand-in of one, whose tokens the gateway then takes. */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSession } from '../../cli/hub/user-session.ts'
import { signInByBrowser } from '../../cli/sign-in/by-browser.ts'
import { signInByDevice } from '../../cli/sign-in/by-device.ts'
import { discoverServer } from '../../cli/sign-in/discovery.ts'
import { refreshByForm } from '../../cli/sign-in/tokens.ts'
import { type Platform, startPlatform } from './platform.ts'

const HOST = 'login.example.com'
const ISSUER = `https://${HOST}/`
const CLIENT = 'cli-client'
const API = 'api-of-the-gateway'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const DISCOVERY = {
  issuer: ISSUER,
  jwks_uri: `https://${HOST}/keys`,
  authorization_endpoint: `https://${HOST}/authorize`,
  token_endpoint: `https://${HOST}/token`,
  device_authorization_endpoint: `https://${HOST}/device`,
}

/** What the stand-in answers next to a device that asks whether its code was typed. */
let device: string[] = []
/** When it was asked. */
let asked: number[] = []
const codes = new Map<string, { challenge: string; nonce: string; redirectUri: string }>()

const signed = (claims: object) =>
  new SignJWT({ iss: ISSUER, sub: 'person', tenant: 'tenant1', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(privateKey)

async function tokens(nonce?: string) {
  return {
    id_token: await signed({ aud: CLIENT, ...(nonce && { nonce }) }),
    access_token: await signed({ aud: API }),
    refresh_token: `r-${randomUUID()}`,
    expires_in: 600,
    token_type: 'Bearer',
  }
}

type Answer = { readonly status: number; readonly json?: object; readonly location?: string }

async function answer(path: string, query: URLSearchParams, form: URLSearchParams): Promise<Answer> {
  if (path === '/.well-known/openid-configuration') return { status: 200, json: DISCOVERY }
  if (path === '/authorize') {
    const code = randomUUID()
    const redirectUri = query.get('redirect_uri') ?? ''
    codes.set(code, { challenge: query.get('code_challenge') ?? '', nonce: query.get('nonce') ?? '', redirectUri })
    return { status: 302, location: `${redirectUri}?${new URLSearchParams({ code, state: query.get('state') ?? '' })}` }
  }
  if (path === '/device')
    return form.get('client_id') === CLIENT
      ? {
          status: 200,
          json: {
            device_code: 'D',
            user_code: 'ABCD-EFGH',
            verification_uri: `https://${HOST}/activate`,
            expires_in: 60,
            interval: 1,
          },
        }
      : { status: 401, json: { error: 'invalid_client' } }
  if (path !== '/token') return { status: 404, json: {} }
  const grant = form.get('grant_type')
  if (grant === 'refresh_token') return { status: 200, json: await tokens() }
  if (grant === 'authorization_code') {
    const { challenge, nonce, redirectUri } = codes.get(form.get('code') ?? '') ?? {}
    const hash = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    return hash === challenge && redirectUri === form.get('redirect_uri')
      ? { status: 200, json: await tokens(nonce) }
      : { status: 400, json: { error: 'invalid_grant' } }
  }
  asked.push(Date.now())
  const error = device.shift()
  return error === undefined ? { status: 200, json: await tokens() } : { status: 400, json: { error } }
}

let platform: Platform
let provider: Server
let agent: ReturnType<typeof localAgent>
beforeAll(async () => {
  platform = await startPlatform({
    settings: { hub: { identity: { issuer: ISSUER, audience: API, tenantClaim: 'tenant', claimFormat: 'text' } } },
    stacks: ['hub', 'spoke-tenant1'],
    websites: {
      [HOST]: async ({ target }) => {
        const page = target === '/keys' ? { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] } : DISCOVERY
        return { status: 200, body: JSON.stringify(page) }
      },
    },
  })
  provider = createServer(platform.cloud.authority.issue([HOST]), (request, response) => {
    void request.toArray().then(async (chunks) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', ISSUER)
      const {
        status,
        json = {},
        location,
      } = await answer(pathname, searchParams, new URLSearchParams(Buffer.concat(chunks).toString()))
      response.writeHead(status, { ...(location && { location }) }).end(JSON.stringify(json))
    })
  })
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done))
  agent = localAgent({ port: (provider.address() as AddressInfo).port, caFile: platform.caFile })
})
afterAll(async () => {
  agent?.destroy()
  provider?.close()
  await platform?.close()
})

const serverOf = (token: 'id' | 'access' = 'access', clientId = CLIENT) =>
  discoverServer({ issuer: ISSUER, clientId, scope: 'openid genai', token, agent })
const statusOf = async (token: string) =>
  (await platform.call({ method: 'POST', path: '/tenant1/invoke', token, body: { prompt: 'Who are you?' } })).status

/** What the user's browser does with the address. */
async function visit(url: string): Promise<void> {
  const { request } = await import('node:https')
  const location = await new Promise<string>((resolve, reject) => {
    request(url, { agent }, (got) => resolve(got.headers.location ?? ''))
      .on('error', reject)
      .end()
  })
  await fetch(location)
}

describe('a person of an external provider', () => {
  it('signs in by browser, with PKCE, and is served with the token that has the audience', async () => {
    const server = await serverOf()
    const got = await signInByBrowser(server, { ports: [18766], say: () => undefined, open: (url) => void visit(url) })
    expect(await statusOf(got.idToken)).toBe(200)
    const next = await refreshByForm(server, got.refreshToken ?? '')
    expect(await statusOf(next.idToken)).toBe(200)
    expect(next.refreshToken).not.toBe(got.refreshToken)
    // The ID token is for the command's own client, not for the gateway.
    const id = await signInByBrowser(await serverOf('id'), {
      ports: [18766],
      say: () => undefined,
      open: (url) => void visit(url),
    })
    expect(await statusOf(id.idToken)).toBe(401)
  })

  it('signs in by device: waits as it is told, and longer when it is told to slow down', async () => {
    const said: string[] = []
    device = ['authorization_pending', 'slow_down', 'authorization_pending']
    asked = []
    const got = await signInByDevice(await serverOf(), { say: (line) => said.push(line), secondMilliseconds: 40 })
    expect(said).toEqual([`Open https://${HOST}/activate on any device, and type ABCD-EFGH. It is good for 1 minutes.`])
    expect(await statusOf(got.idToken)).toBe(200)
    const pauses = asked.slice(1).map((time, index) => time - (asked[index] ?? 0))
    expect(pauses).toHaveLength(3)
    expect(pauses[0]).toBeLessThan(200)
    for (const slow of pauses.slice(1)) expect(slow).toBeGreaterThanOrEqual(230)
  })

  it.each([
    ['access_denied', 'The sign-in was refused: access_denied.'],
    ['expired_token', 'The code has expired'],
  ])('hears that it is over: %s', async (error, words) => {
    device = [error]
    await expect(signInByDevice(await serverOf(), { say: () => undefined, secondMilliseconds: 1 })).rejects.toThrow(
      words,
    )
  })

  it('is not waited for longer than the code is good', async () => {
    device = Array.from({ length: 100 }, () => 'authorization_pending')
    asked = []
    const never = signInByDevice(await serverOf(), { say: () => undefined, secondMilliseconds: 1 })
    await expect(never).rejects.toThrow('The code has expired')
    expect(asked.length).toBeLessThanOrEqual(60)
    device = []
  })

  it('gives it up by Ctrl-C', async () => {
    device = Array.from({ length: 9 }, () => 'authorization_pending')
    const waiting = signInByDevice(await serverOf(), {
      say: () => setTimeout(() => process.emit('SIGINT'), 50),
      secondMilliseconds: 1000,
    })
    await expect(waiting).rejects.toThrow('Interrupted')
    device = []
  })

  it('is told where the provider has no such client, no such way, or is another one', async () => {
    await expect(signInByDevice(await serverOf('id', 'other'), { say: () => undefined })).rejects.toThrow(
      'refused to begin: invalid_client',
    )
    const { deviceEndpoint: _, ...without } = await serverOf()
    await expect(signInByDevice(without)).rejects.toThrow('has no sign-in by device')
    const other = discoverServer({ issuer: `https://${HOST}`, clientId: CLIENT, scope: 'openid', token: 'id', agent })
    await expect(other).rejects.toThrow(`is of the issuer "${ISSUER}"`)
  })
})

describe('the flags', () => {
  const deployed = { 'gateway-url': 'https://genai.example.com', 'client-id': 'c', region: 'us-east-1' }
  it.each<[string, Record<string, string | boolean>, string]>([
    ['a device without a provider', { device: true }, '--device: for an external provider only'],
    ['a provider without a hub', { issuer: ISSUER, browser: true }, '--issuer is for a deployed hub'],
    ['neither way', { issuer: ISSUER, ...deployed }, 'by --browser or by --device'],
    ['both ways', { issuer: ISSUER, browser: true, device: true, ...deployed }, 'by --browser or by --device'],
    ['another token', { issuer: ISSUER, browser: true, token: 'x', ...deployed }, '--token is x'],
    ['an issuer in the clear', { issuer: 'http://x', browser: true, ...deployed }, '--issuer is not https://'],
    ['a user and a browser', { username: 'a', browser: true }, '--username says nothing with --browser'],
    ['a browser and no pages', { browser: true, ...deployed }, '--browser needs --user-pool-domain'],
    [
      'pages with a path',
      { browser: true, 'user-pool-domain': 'https://x.example.com', ...deployed },
      'is no host name',
    ],
  ])('%s: refused', async (_, values, words) => {
    await expect(openSession('tenant1', values)).rejects.toThrow(words)
  })
})
