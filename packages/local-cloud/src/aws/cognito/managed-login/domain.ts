/**
 * A user pool's domain, `https://DOMAIN.auth.REGION.amazoncognito.com/…`: sign-in pages and OAuth's endpoints. It has the paths and errors of
 * the older pages ("hosted UI (classic)"), but not their words and looks.
 */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { WireRequest, WireResponse } from '../../../wire/service.ts'
import { findPool } from '../pool.ts'
import { USER_POOL_DOMAIN } from '../resources/user-pool-domain.ts'
import { authorize } from './authorize-endpoint.ts'
import type { DomainCall } from './domain-call.ts'
import { idpResponse, RESPONSE_PATH } from './federation.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { errorPage } from './pages.ts'
import { revoke } from './revoke.ts'
import { answer, token } from './token.ts'

const HOST = /^([a-z0-9-]+)\.auth\.([a-z0-9-]+)\.amazoncognito\.com$/

/** The prefix in such a host name, and its region. */
export function domainOf(host: string): { readonly domain: string; readonly region: string } | undefined {
  const [, domain, region] = HOST.exec(host) ?? []
  return domain === undefined || region === undefined ? undefined : { domain, region }
}

type Endpoint = (call: DomainCall) => WireResponse | Promise<WireResponse>

/** Endpoints by method and path. */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /oauth2/authorize': authorize,
  [`GET ${RESPONSE_PATH}`]: idpResponse,
  'GET /login': login,
  'POST /login': login,
  'POST /oauth2/token': token,
  'POST /oauth2/revoke': revoke,
  'GET /logout': logout,
}
const PATHS = new Set(Object.keys(ENDPOINTS).map((one) => one.split(' ')[1]))

export async function poolDomain(
  request: WireRequest,
  { surroundings, state }: Pick<DomainCall, 'surroundings' | 'state'>,
): Promise<WireResponse> {
  const [path = '', query] = request.target.split('?', 2)
  const endpoint = ENDPOINTS[`${request.method} ${path}`]
  if (!endpoint) {
    if (PATHS.has(path)) return answer(405, { error: 'invalid_request' })
    throw new UnsupportedError(`${request.method} ${path} of a user pool's domain`)
  }
  const { domain = '', region = '' } = domainOf(request.host) ?? {}
  const declared = surroundings.ledger.all(USER_POOL_DOMAIN).find((one) => one.id === domain && one.region === region)
  if (!declared) return errorPage('There is no user pool with this domain.')
  const pool = findPool(surroundings.ledger, String(declared.outputs.userPoolId), { region })
  const data = await state.pool(pool.id)
  const now = Math.floor(surroundings.now())
  const call = { request, surroundings, state, pool, data, region, query: new URLSearchParams(query), now }
  try {
    return await endpoint(call)
  } catch (error) {
    if (error instanceof AwsError) return errorPage(error.message)
    throw error
  }
}
