/** `/login`: the page where a user of the pool signs in, on the way of an application's request. */
import { randomBytes } from 'node:crypto'
import { AwsError } from '../../../errors.ts'
import type { WireResponse } from '../../../wire/service.ts'
import { equal } from '../../../wire/sigv4.ts'
import type { User } from '../pool-data.ts'
import { checkedPassword, withNewPassword } from '../sign-in.ts'
import { type Authorization, readAuthorization, withCode } from './authorize.ts'
import { BROWSER_COOKIE, CSRF_COOKIE, cookieOf, setCookie } from './cookies.ts'
import { type DomainCall, formOf } from './domain-call.ts'
import { errorPage, type Field, formPage } from './pages.ts'

/** As long as Cognito remembers a browser. */
const BROWSER_SECONDS = 3600
const CSRF_SECONDS = 1800

const FIELDS: readonly Field[] = [
  { name: 'username', label: 'E-mail address', type: 'text', autocomplete: 'username' },
  { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
]
const NEW_PASSWORD: readonly Field[] = [
  { name: 'new_password', label: 'New password', type: 'password', autocomplete: 'new-password' },
]

export async function login(call: DomainCall): Promise<WireResponse> {
  const asked = readAuthorization(call)
  if (!('client' in asked)) return asked
  if (call.request.method === 'GET') return signInPage(call)
  const form = formOf(call.request)
  if (!form || !isOwnForm(call, form))
    return errorPage('The form is not of this page, or too old. Go back and try again.', 403)
  const session = form.get('session')
  try {
    return session === null ? await byPassword(call, asked, form) : await byNewPassword(call, asked, session, form)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    // A password that the policy does not take leaves the session as it was; anything else ends it.
    return session !== null && error.code === 'InvalidPasswordException'
      ? newPasswordPage(call, session, error.message)
      : signInPage(call, error.message)
  }
}

async function byPassword(call: DomainCall, asked: Authorization, form: URLSearchParams): Promise<WireResponse> {
  const step = await checkedPassword(
    { ...call, client: asked.client },
    form.get('username') ?? '',
    form.get('password') ?? '',
  )
  return step.challenge === undefined ? signedIn(call, asked, step.user) : newPasswordPage(call, step.session)
}

async function byNewPassword(
  call: DomainCall,
  asked: Authorization,
  session: string,
  form: URLSearchParams,
): Promise<WireResponse> {
  const password = form.get('new_password') ?? ''
  return signedIn(call, asked, await withNewPassword({ ...call, client: asked.client }, { session, password }))
}

function signedIn(call: DomainCall, asked: Authorization, { username }: User): WireResponse {
  const { state, pool, now } = call
  const who = { username, authTime: now }
  const cookie = state.addBrowser({ ...who, poolId: pool.id, expires: now + BROWSER_SECONDS })
  const back = withCode(call, asked, who)
  return { ...back, headers: { ...back.headers, 'set-cookie': setCookie(BROWSER_COOKIE, cookie, BROWSER_SECONDS) } }
}

const signInPage = (call: DomainCall, alert?: string): WireResponse =>
  form(call, { title: 'Sign in', fields: FIELDS, button: 'Sign in', alert })

const newPasswordPage = (call: DomainCall, session: string, alert?: string): WireResponse =>
  form(
    call,
    {
      title: 'Change your password',
      text: 'Your administrator chose the first one. Choose your own.',
      fields: NEW_PASSWORD,
      button: 'Continue',
      alert,
    },
    { session },
  )

function form(
  { query }: DomainCall,
  content: Omit<Parameters<typeof formPage>[0], 'action' | 'hidden'>,
  hidden: Readonly<Record<string, string>> = {},
): WireResponse {
  const token = randomBytes(32).toString('base64url')
  return formPage(
    { ...content, action: `/login?${query}`, hidden: { _csrf: token, ...hidden } },
    { 'set-cookie': setCookie(CSRF_COOKIE, token, CSRF_SECONDS) },
  )
}

/** Another site can send a form here, but does not know what is in the cookie. */
function isOwnForm({ request }: DomainCall, form: URLSearchParams): boolean {
  const field = form.get('_csrf') ?? ''
  return field !== '' && equal(cookieOf(request, CSRF_COOKIE), field)
}
