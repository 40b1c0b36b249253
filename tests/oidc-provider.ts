/** A stand-in for a company's own OpenID provider, to which a hub's user pool sends people; and the way there and back without a browser. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { request } from 'node:https'
import type { Website } from '@genai/local-cloud/website'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { SignJWT } from 'jose'
import type { Tokens } from '../cli/hub/cognito.ts'
import { signInByBrowser } from '../cli/sign-in/by-browser.ts'
import { cognitoServer } from '../cli/sign-in/cognito-server.ts'
import type { HubOutputs } from '../shared/contract.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** Of every provider here, as Cognito is registered at it. */
export const CLIENT_ID = 'genai'

export interface Person {
  readonly sub: string
  /** What the provider says of them besides; it may be anything. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Asks for it on a page. @default whoever comes is this person */
  readonly password?: string
}

/** The secret that the provider has given to Cognito. */
export const secretOf = (host: string) => `secret of ${host}`

/** Discovery, keys, sign-in and the change of a code for an ID token. */
export function oidcProvider(host: string, { sub, claims = {}, password }: Person): Website {
  const issuer = `https://${host}`
  const codes = new Set<string>()
  /** Back to Cognito. */
  const back = (query: URLSearchParams) => {
    const code = randomUUID()
    codes.add(code)
    const to = new URL(query.get('redirect_uri') ?? '')
    to.search = String(new URLSearchParams({ code, state: query.get('state') ?? '' }))
    return { status: 302, headers: { location: to.href }, body: '' }
  }
  return async ({ target, body }) => {
    const { pathname, searchParams: query } = new URL(target, issuer)
    if (pathname === '/.well-known/openid-configuration')
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      })
    if (pathname === '/keys')
      return json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] })
    const form = new URLSearchParams(body)
    if (pathname === '/authorize') {
      if (query.get('client_id') !== CLIENT_ID) return json(400, { error: 'unauthorized_client' })
      if (password === undefined || form.get('password') === password) return back(query)
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page(host, sub) }
    }
    if (pathname !== '/token' || !codes.delete(form.get('code') ?? '') || form.get('client_secret') !== secretOf(host))
      return json(400, { error: 'invalid_client' })
    const id_token = await new SignJWT({ ...claims, sub })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience(CLIENT_ID)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    return json(200, { id_token, token_type: 'Bearer' })
  }
}

const json = (status: number, body: object) => ({ status, body: JSON.stringify(body) })

/** It sends what is typed to its own address. */
const page = (host: string, sub: string) =>
  `<!doctype html><html lang="en"><title>${host}</title><main><h1>${host}</h1><form method="post"><label>Password of ${sub} <input type="password" name="password"></label><button>Sign in at ${host}</button></form></main></html>`

/** How this machine reaches the local cloud. */
export interface Reached {
  readonly port: number
  readonly caFile: string
}

/** Follows every redirect as a browser does, until one leads back to this machine, and then to the command. */
export async function browse(url: string, reached: Reached, jar = new Map<string, string>()): Promise<void> {
  const { hostname } = new URL(url)
  if (hostname === 'localhost') return void (await fetch(url))
  const agent = localAgent(reached)
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
  await browse(new URL(location, url).href, reached, jar)
}

/** What `login --browser --provider NAME` gets for whoever the provider says is there. */
export async function signInAtProvider(
  hub: Pick<HubOutputs, 'userPoolDomain' | 'userPoolClientId'>,
  provider: string,
  reached: Reached,
): Promise<Tokens> {
  const agent = localAgent(reached)
  const server = cognitoServer({ domain: hub.userPoolDomain ?? '', clientId: hub.userPoolClientId, provider, agent })
  let failure: unknown
  const open = (url: string) => void browse(url, reached).catch((error: unknown) => (failure = error))
  try {
    return await signInByBrowser(server, { open, say: () => undefined, timeoutMilliseconds: 30_000 })
  } catch (error) {
    throw failure ?? error
  } finally {
    agent.destroy()
  }
}
