/** `GET /oauth2/authorize`: where an application sends a browser. */
import type { WireResponse } from '../../../wire/service.ts'
import { readAuthorization, redirect, withCode } from './authorize.ts'
import { BROWSER_COOKIE, cookieOf } from './cookies.ts'
import type { DomainCall } from './domain-call.ts'
import { providerNamed, toProvider } from './federation.ts'
import { errorPage } from './pages.ts'

/** Whoever is signed in already goes straight back; anybody else to the provider that is named, or to the page. */
export async function authorize(call: DomainCall): Promise<WireResponse> {
  const asked = readAuthorization(call)
  if (!('client' in asked)) return asked
  const wanted = call.query.get('identity_provider')
  if (wanted !== null && wanted !== 'COGNITO') {
    const provider = providerNamed(call, asked, wanted)
    return provider ? await toProvider(call, provider) : errorPage('invalid_request: identity_provider')
  }
  const { request, state, pool, data, now, query } = call
  const signedIn = state.browser(cookieOf(request, BROWSER_COOKIE), pool.id, now)
  if (!signedIn || !data.user(signedIn.username)?.enabled) return redirect(`/login?${query}`)
  return withCode(call, asked, signedIn)
}
