/** `GET /logout`: ends the browser's session, and sends it back to the application or to the sign-in page. */
import type { WireResponse } from '../../../wire/service.ts'
import { readAuthorization, redirect } from './authorize.ts'
import { BROWSER_COOKIE, cookieOf, setCookie } from './cookies.ts'
import { clientOf, type DomainCall } from './domain-call.ts'
import { errorPage } from './pages.ts'

export function logout(call: DomainCall): WireResponse {
  const { query, request, state } = call
  const client = clientOf(call, query.get('client_id'))
  if (!client) return errorPage('invalid_request: client_id')
  const uri = query.get('logout_uri')
  const asked = uri === null ? readAuthorization(call) : undefined
  if (asked && !('client' in asked)) return asked
  if (uri !== null && !client.oauth.logoutUrls.includes(uri)) return errorPage('invalid_request: logout_uri')
  state.endBrowser(cookieOf(request, BROWSER_COOKIE))
  return redirect(uri ?? `/login?${query}`, { 'set-cookie': setCookie(BROWSER_COOKIE, '', 0) })
}
