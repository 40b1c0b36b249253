/** `https://DOMAIN.auth.REGION.amazoncognito.com/oauth2/token`: an app client's own access tokens (client credentials). */
import { randomUUID } from 'node:crypto'
import { UnsupportedError } from '../../errors.ts'
import type { Surroundings, WireRequest, WireResponse } from '../../wire/service.ts'
import { hasSecret } from './machine-clients.ts'
import { findPool } from './pool.ts'
import { USER_POOL_DOMAIN } from './resources/user-pool-domain.ts'
import type { CognitoState } from './state.ts'
import { sign } from './tokens.ts'

const HOST = /^([a-z0-9-]+)\.auth\.([a-z0-9-]+)\.amazoncognito\.com$/

/** The domain's own part of such a host name, and its region. */
export function domainOf(host: string): { readonly domain: string; readonly region: string } | undefined {
  const [, domain, region] = HOST.exec(host) ?? []
  return domain === undefined || region === undefined ? undefined : { domain, region }
}

const answer = (status: number, body: object): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})
const refused = (error: string) => answer(400, { error })

export async function tokenEndpoint(
  request: WireRequest,
  { surroundings, state }: { readonly surroundings: Surroundings; readonly state: CognitoState },
): Promise<WireResponse> {
  const [path] = request.target.split('?', 1)
  if (path !== '/oauth2/token') throw new UnsupportedError(`${request.method} ${path} of a user pool's domain`)
  if (request.method !== 'POST') return answer(405, { error: 'invalid_request' })
  const { domain = '', region = '' } = domainOf(request.host) ?? {}
  const [declared] = surroundings.ledger
    .all(USER_POOL_DOMAIN)
    .filter((one) => one.id === domain && one.region === region)
  if (!declared) return refused('invalid_request')
  const pool = findPool(surroundings.ledger, String(declared.outputs.userPoolId), { region })
  const data = await state.pool(pool.id)
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return refused('invalid_request')
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'))
  const given = credentialsOf(request, form)
  const client = given && data.client(given.id)
  if (!given || !client || !hasSecret(client, given.secret)) return refused('invalid_client')
  const grant = form.get('grant_type')
  if (grant !== 'client_credentials') return refused(grant === null ? 'invalid_request' : 'unauthorized_client')
  const asked = (form.get('scope') ?? '').split(' ').filter((one) => one !== '')
  if (asked.some((one) => !client.scopes.includes(one))) return refused('invalid_scope')
  const now = Math.floor(surroundings.now())
  const token = await sign(data.keys.access, {
    sub: client.id,
    token_use: 'access',
    scope: (asked.length > 0 ? asked : client.scopes).join(' '),
    auth_time: now,
    iss: pool.issuer,
    exp: now + client.accessTokenSeconds,
    iat: now,
    version: 2,
    jti: randomUUID(),
    client_id: client.id,
  })
  return answer(200, { access_token: token, expires_in: client.accessTokenSeconds, token_type: 'Bearer' })
}

/** In the header, or in the form. */
function credentialsOf({ headers }: WireRequest, form: URLSearchParams) {
  const [, basic] = /^Basic +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (basic === undefined) {
    const [id, secret] = [form.get('client_id'), form.get('client_secret')]
    return id === null || secret === null ? undefined : { id, secret }
  }
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}
