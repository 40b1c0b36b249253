/** A browser at a pool's domain, and an application that sends it there. */
import { createHash, randomBytes } from 'node:crypto'
import type { WireResponse } from '../../src/wire/service.ts'
import { ClientId, fixture } from './cognito-fixture.ts'
import { LAPTOP, resource } from './services-fixture.ts'

export const DOMAIN = 'genai-example.auth.us-east-1.amazoncognito.com'
export const BACK = 'http://localhost:18765/callback'
export const OAUTH = {
  allowedOauthFlowsUserPoolClient: true,
  allowedOauthFlows: ['code'],
  allowedOauthScopes: ['openid'],
  callbackUrls: [BACK, 'https://site.example.com/'],
  logoutUrls: ['https://site.example.com/'],
  supportedIdentityProviders: ['COGNITO'],
}

/** Of the pool that is named, by the prefix of DOMAIN. */
export const domainOf = (userPoolId: string) =>
  resource('aws:cognito/userPoolDomain:UserPoolDomain', 'genai-example', { domain: 'genai-example', userPoolId })

export type Parameters = Readonly<Record<string, string | undefined>>

export const encode = (given: Parameters) =>
  new URLSearchParams(
    Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString()

/** A browser: keeps cookies, and follows nothing by itself. */
export function browser() {
  const jar = new Map<string, string>()
  const send = async (method: string, target: string, form?: string) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = (await fixture.wire.call(LAPTOP, {
      host: DOMAIN,
      method,
      target,
      headers: { cookie, ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }) },
      ...(form !== undefined && { body: new TextEncoder().encode(form) }),
    })) as WireResponse
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(answer.headers['set-cookie'] ?? '') ?? []
    if (name !== '') jar.set(name, value)
    return {
      status: answer.status,
      headers: answer.headers,
      location: answer.headers.location ?? '',
      body: String(answer.body),
    }
  }
  return {
    jar,
    get: (target: string) => send('GET', target),
    post: (target: string, form: Parameters) => send('POST', target, encode(form)),
  }
}

export const hiddenIn = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1]

export const request = (change: Parameters = {}): string =>
  encode({ response_type: 'code', client_id: ClientId, redirect_uri: BACK, scope: 'openid', state: 'a&b=c', ...change })

export const pkce = () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
