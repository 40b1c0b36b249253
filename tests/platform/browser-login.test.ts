/** `login --browser` and its way through a real browser: the pages of the hub's own user pool, and back to this machine. */
import { type BrowserDoor, openBrowserDoor } from '@genai/local-cloud/browser-door'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { claimsOf, type Tokens } from '../../cli/hub/cognito.ts'
import { signInByBrowser } from '../../cli/sign-in/by-browser.ts'
import { cognitoServer } from '../../cli/sign-in/cognito-server.ts'
import type { SignInServer } from '../../cli/sign-in/server.ts'
import { refreshByForm } from '../../cli/sign-in/tokens.ts'
import { federatedGroup } from '../../shared/federation.ts'
import { describeInBrowser, localHosts, openBrowser } from '../browser.ts'
import { CLIENT_ID, oidcProvider, secretOf } from '../oidc-provider.ts'
import { type Platform, startPlatform } from './platform.ts'

const PREFIX = 'genai-example'
const PORTS = [18765]
/** A tenant's own provider, with a page of its own. */
const ACME = 'login.acme.example'
const ANN = { sub: 'Ann', password: 'Only-acme-knows-1', claims: { 'custom:tenant_id': 'tenant2' } }

let platform: Platform
let server: SignInServer
beforeAll(async () => {
  platform = await startPlatform({
    settings: {
      hub: {
        keySetVia: 'table',
        userPoolDomain: PREFIX,
        federatedProviders: {
          acme: { type: 'oidc', tenant: 'tenant1', issuer: `https://${ACME}`, clientId: CLIENT_ID },
        },
        federatedSecrets: { acme: secretOf(ACME) },
      },
    },
    websites: { [ACME]: oidcProvider(ACME, ANN) },
  })
  const { userPoolDomain: domain = '', userPoolClientId: clientId } = platform.hub
  const agent = localAgent({ port: platform.wirePort, caFile: platform.caFile })
  server = cognitoServer({ domain, clientId, agent })
})
afterAll(async () => {
  server?.agent?.destroy()
  await platform?.close()
})

describeInBrowser('a person with a browser', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>
  let door: BrowserDoor
  beforeAll(async () => {
    const { userPoolDomain = '' } = platform.hub
    const { cloud } = platform
    door = await openBrowserDoor({ ...cloud, from: LAPTOP, port: 0 })
    const hosts = await localHosts(
      {
        [userPoolDomain]: platform.wirePort,
        [`${userPoolDomain}.localhost`]: door.port,
        [ACME]: platform.wirePort,
      },
      platform.caFile,
    )
    browser = await openBrowser({ arguments: hosts })
  })
  afterAll(async () => {
    await browser?.close()
    await door?.close()
  })

  it('signs in through the door that a browser on this machine has to the local cloud', async () => {
    const { userPoolDomain: domain = '', userPoolClientId: clientId } = platform.hub
    const { agent } = server
    const through = cognitoServer({ domain, clientId, ...(agent && { agent }), browserPort: door.port })
    expect(through.authorizationEndpoint).toBe(`https://${domain}.localhost:${door.port}/oauth2/authorize`)
    const user = await platform.user('tenant1')
    const shown = Promise.withResolvers<string>()
    const tokens = await signInByBrowser(through, {
      ports: PORTS,
      say: () => undefined,
      open: (url) => void person(url, user).then(shown.resolve, shown.reject),
    })
    expect(await shown.promise).toContain('You have signed in')
    expect(claimsOf(tokens.idToken)).toMatchObject({ 'custom:tenant_id': 'tenant1' })
  })

  /** What the person sees and types. */
  async function person(url: string, user: { readonly username: string; readonly password: string }): Promise<string> {
    const page = await browser.newPage()
    const wrong: string[] = []
    page.on('console', (message) => wrong.push(message.text()))
    await page.goto(url)
    await page.getByLabel('E-mail address').fill(user.username)
    await page.getByLabel('Password').fill(user.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText(/You have signed in|Incorrect|were not signed in/).waitFor()
    // Nothing of the page breaks its own policy.
    expect(wrong.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([])
    const text = await page.locator('body').innerText()
    await page.context().close()
    return text
  }

  it('signs in, and calls the gateway with what the command got', async () => {
    const user = await platform.user('tenant1')
    const shown = Promise.withResolvers<string>()
    const said: string[] = []
    const tokens: Tokens = await signInByBrowser(server, {
      ports: PORTS,
      say: (line) => said.push(line),
      open: (url) => void person(url, user).then(shown.resolve, shown.reject),
    })
    expect(await shown.promise).toContain('You have signed in')
    expect(said.join()).toContain(`https://${platform.hub.userPoolDomain}/oauth2/authorize?response_type=code`)
    expect(claimsOf(tokens.idToken)).toMatchObject({ 'custom:tenant_id': 'tenant1', token_use: 'id' })
    const call = { method: 'POST' as const, path: '/tenant1/invoke', body: { prompt: 'Who are you?' } }
    expect((await platform.call({ ...call, token: tokens.idToken })).status).toBe(200)
    expect((await platform.call({ ...call, path: '/tenant2/invoke', token: tokens.idToken })).status).toBe(401)
    const next = await refreshByForm(server, tokens.refreshToken ?? '')
    expect((await platform.call({ ...call, token: next.idToken })).status).toBe(200)
    expect(next.refreshToken).toBe(tokens.refreshToken)
  })

  it('of a tenant’s own provider is sent there, gives the password on its page, and calls on the provider’s path', async () => {
    const { userPoolDomain: domain = '', userPoolClientId: clientId } = platform.hub
    const { agent } = server
    const shown = Promise.withResolvers<readonly string[]>()
    const atProvider = async (url: string) => {
      const page = await browser.newPage()
      const hosts: string[] = []
      page.on('framenavigated', (frame) => hosts.push(new URL(frame.url()).hostname))
      await page.goto(url)
      await page.getByLabel('Password of Ann').fill(ANN.password)
      await page.getByRole('button', { name: `Sign in at ${ACME}` }).click()
      await page.getByText('You have signed in').waitFor()
      await page.context().close()
      return hosts
    }
    const tokens = await signInByBrowser(
      cognitoServer({ domain, clientId, provider: 'acme', ...(agent && { agent }) }),
      { ports: PORTS, say: () => undefined, open: (url) => void atProvider(url).then(shown.resolve, shown.reject) },
    )
    // Cognito's own page was never shown.
    expect(new Set(await shown.promise)).toEqual(new Set([ACME, 'localhost']))
    expect(claimsOf(tokens.idToken)).toMatchObject({
      'cognito:groups': [federatedGroup(platform.hub.userPoolId, 'acme')],
    })
    const statusOf = async (path: string) =>
      (await platform.call({ method: 'POST', path, token: tokens.idToken, body: { prompt: 'Who are you?' } })).status
    expect(await statusOf('/tenant1.acme/invoke')).toBe(200)
    // Neither as the pool's own people, nor where the provider says that this person belongs.
    for (const path of ['/tenant1/invoke', '/tenant2/invoke']) expect(await statusOf(path)).toBe(401)
  })

  it('is told of a wrong password on the page, and the command goes on waiting', async () => {
    const { username, password } = await platform.user('tenant1')
    const steps = Promise.withResolvers<void>()
    const signedIn = signInByBrowser(server, {
      ports: PORTS,
      say: () => undefined,
      open: (url) =>
        void (async () => {
          expect(await person(url, { username, password: 'Wrong-horse-7' })).toContain('Incorrect username or password')
          expect(await person(url, { username, password })).toContain('You have signed in')
        })().then(steps.resolve, steps.reject),
    })
    await Promise.all([signedIn, steps.promise])
  })
})

describe('a sign-in that nobody ends', () => {
  it('ends by itself, and lets go of its port', async () => {
    for (const _ of [1, 2])
      await expect(
        signInByBrowser(server, { ports: PORTS, say: () => undefined, open: () => undefined, timeoutMilliseconds: 60 }),
      ).rejects.toThrow('Nobody signed in within')
  })

  it('is given up by Ctrl-C', async () => {
    const signedIn = signInByBrowser(server, {
      ports: PORTS,
      say: () => undefined,
      open: () => process.emit('SIGINT'),
    })
    await expect(signedIn).rejects.toThrow('Interrupted')
  })

  it('tells where the client is not allowed what it asks', async () => {
    // As a page of the provider would send the browser back.
    const signedIn = signInByBrowser(
      { ...server, scope: 'openid email' },
      {
        ports: PORTS,
        say: () => undefined,
        open: (url) => void follow(url).catch(() => undefined),
      },
    )
    await expect(signedIn).rejects.toThrow('The sign-in was refused: invalid_scope.')
  })
})

async function follow(url: string): Promise<void> {
  const { request } = await import('node:https')
  const location = await new Promise<string>((resolve, reject) => {
    request(url, { ...(server.agent && { agent: server.agent }) }, (answer) => {
      answer.resume()
      resolve(answer.headers.location ?? '')
    })
      .on('error', reject)
      .end()
  })
  await fetch(location)
}
