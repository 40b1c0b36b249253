/** `GET /oauth2/authorize`: an application sends the user's browser here. */
import type { WireResponse } from '../../../wire/service.ts'
import { readAuthorization, redirect, withCode } from './authorize.ts'
import { BROWSER_COOKIE, cookieOf } from './cookies.ts'
import type { DomainCall } from './domain-call.ts'
import { providerNamed, toProvider } from './federation.ts'
import { errorPage } from './pages.ts'

/** A user who is signed in already is sent back at once. Any other user is sent to the named provider, or to the sign-in page. */
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
