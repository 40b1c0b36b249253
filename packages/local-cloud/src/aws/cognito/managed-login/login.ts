/** `/login`: the page where a user of the pool signs in, after an application sent the browser here. */
import { randomBytes } from 'node:crypto'
import { AwsError } from '../../../errors.ts'
import type { WireResponse } from '../../../wire/service.ts'
import { equal } from '../../../wire/sigv4.ts'
import { type SignInStep, startSetUp, verifySetUp, withAppCode, withAppSetUp } from '../second-factor.ts'
import { checkedPassword, withNewPassword } from '../sign-in.ts'
import type { ChallengeName } from '../state.ts'
import { type Authorization, readAuthorization } from './authorize.ts'
import { CSRF_COOKIE, cookieOf, setCookie } from './cookies.ts'
import { type DomainCall, formOf } from './domain-call.ts'
import { errorPage, type Field, formPage } from './pages.ts'
import { signedIn } from './signed-in.ts'

const CSRF_SECONDS = 1800

const FIELDS: readonly Field[] = [
  { name: 'username', label: 'E-mail address', type: 'text', autocomplete: 'username' },
  { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
]
const NEW_PASSWORD: readonly Field[] = [
  { name: 'new_password', label: 'New password', type: 'password', autocomplete: 'new-password' },
]

const CODE: readonly Field[] = [{ name: 'code', label: 'Code', type: 'text', autocomplete: 'one-time-code' }]

export async function login(call: DomainCall): Promise<WireResponse> {
  const asked = readAuthorization(call)
  if (!('client' in asked)) return asked
  if (call.request.method === 'GET') return signInPage(call, asked)
  const form = formOf(call.request)
  if (!form || !isOwnForm(call, form))
    return errorPage('The form is not of this page, or too old. Go back and try again.', 403)
  const session = form.get('session')
  try {
    if (session === null) return next(call, asked, await byPassword(call, asked, form))
    const name = call.state.challengeOf(session)
    return name ? await byAnswer(call, asked, name, session, form) : signInPage(call, asked)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return signInPage(call, asked, error.message)
  }
}

const byPassword = (call: DomainCall, { client }: Authorization, form: URLSearchParams): Promise<SignInStep> =>
  checkedPassword({ ...call, client }, form.get('username') ?? '', form.get('password') ?? '')

/** Shows the next question to the user, or sends the browser back to the application. */
function next(call: DomainCall, asked: Authorization, step: SignInStep): WireResponse {
  if (step.challenge === undefined) return signedIn(call, asked, step.user)
  if (step.challenge !== 'MFA_SETUP') return challengePage(call, step.challenge, step.session)
  return challengePage(call, 'MFA_SETUP', startSetUp(call, step.session).session)
}

/** After these errors the user may try again in the same session; any other error ends it. */
const AGAIN = ['InvalidPasswordException', 'CodeMismatchException', 'EnableSoftwareTokenMFAException']

async function byAnswer(
  call: DomainCall,
  asked: Authorization,
  name: ChallengeName,
  session: string,
  form: URLSearchParams,
): Promise<WireResponse> {
  const forClient = { ...call, client: asked.client }
  const code = form.get('code') ?? ''
  try {
    if (name === 'NEW_PASSWORD_REQUIRED')
      return next(call, asked, await withNewPassword(forClient, { session, password: form.get('new_password') ?? '' }))
    if (name === 'SOFTWARE_TOKEN_MFA') return signedIn(call, asked, withAppCode(forClient, { session, code }))
    return signedIn(call, asked, withAppSetUp(forClient, { session: verifySetUp(call, session, code) }))
  } catch (error) {
    if (!(error instanceof AwsError) || !AGAIN.includes(error.code)) throw error
    return challengePage(call, name, session, error.message)
  }
}

function signInPage(call: DomainCall, { client }: Authorization, alert?: string): WireResponse {
  const links = client.oauth.providers.map(linkTo(call))
  return form(call, { title: 'Sign in', fields: FIELDS, button: 'Sign in', alert, links })
}

/** The same request, but with another provider. */
const linkTo =
  ({ query }: DomainCall) =>
  (name: string) => {
    const there = new URLSearchParams(query)
    there.set('identity_provider', name)
    return { text: `Sign in with ${name}`, href: `/oauth2/authorize?${there}` }
  }

const challengePage = (call: DomainCall, name: ChallengeName, session: string, alert?: string): WireResponse =>
  form(call, { ...pageOf(call, name, session), button: 'Continue', alert }, { session })

function pageOf({ state, now }: DomainCall, name: ChallengeName, session: string) {
  if (name === 'NEW_PASSWORD_REQUIRED')
    return {
      title: 'Change your password',
      text: 'Your administrator chose the first one. Choose your own.',
      fields: NEW_PASSWORD,
    }
  if (name === 'SOFTWARE_TOKEN_MFA')
    return { title: 'Enter a code', text: 'Six digits of your authenticator app.', fields: CODE }
  const secret = state.challenge(session, name, now).setUp?.secret ?? ''
  return {
    title: 'Set up an authenticator app',
    text: `Add this key to your authenticator app, and enter the first code that it shows: ${secret}`,
    fields: CODE,
  }
}

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

/** Checks the form against the cookie: another site can send a form here, but does not know the cookie's value. */
function isOwnForm({ request }: DomainCall, form: URLSearchParams): boolean {
  const field = form.get('_csrf') ?? ''
  return field !== '' && equal(cookieOf(request, CSRF_COOKIE), field)
}
