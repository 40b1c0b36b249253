/**
 * Sign-in with the authorisation code flow and PKCE. Tokens are kept in this object and nowhere else: a page that is loaded anew asks
 * for new ones, which costs nobody a password while the session at the sign-in pages lives.
 */
import type { Configuration } from './configuration.ts'
import { type Claims, claimsOf } from './token.ts'

export interface Session {
  readonly claims: Claims
  /** A token that is good for a minute at least. @throws SessionOver */
  idToken(): Promise<string>
  /** What renews the token is good for nothing any more. Never rejects: whoever signs out leaves, whatever the network does. */
  end(): Promise<void>
}

/** Neither the token nor what renews it is good any more. */
export class SessionOver extends Error {
  override readonly name = 'SessionOver'
}

/** The sign-in pages sent somebody back without a session. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

/**
 * Key in `sessionStorage` of the PKCE verifier, while the browser is at the sign-in pages. The verifier alone gives no access, and is
 * removed when the browser is back.
 */
const PENDING = 'sign-in'
const SPARE_MILLISECONDS = 60_000
/** Nobody waits longer to be signed out. */
const REVOCATION_MILLISECONDS = 3_000

interface Pending {
  readonly state: string
  readonly verifier: string
  readonly nonce: string
}

interface Tokens {
  readonly idToken: string
  readonly refreshToken?: string
}

const home = () => `${location.origin}/`

const encoded = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)))

/** Leaves the page for the sign-in pages. */
export async function goToSignIn({ signIn }: Configuration): Promise<void> {
  const pending: Pending = { state: random(), verifier: random(), nonce: random() }
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier))
  sessionStorage.setItem(PENDING, JSON.stringify(pending))
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: signIn.clientId,
    redirect_uri: home(),
    scope: signIn.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge_method: 'S256',
    code_challenge: encoded(new Uint8Array(digest)),
  })
  location.assign(`${signIn.url}/oauth2/authorize?${query}`)
}

/** Ends the session, and that at the sign-in pages as well; they send the browser back here. */
export async function goToSignOut({ signIn }: Configuration, session: Session | undefined): Promise<void> {
  await session?.end()
  location.assign(`${signIn.url}/logout?${new URLSearchParams({ client_id: signIn.clientId, logout_uri: home() })}`)
}

/**
 * @returns the session of a browser that comes back from the sign-in pages; undefined for one that comes from anywhere else
 * @throws SignInFailed
 */
export async function returning(configuration: Configuration): Promise<Session | undefined> {
  const query = new URLSearchParams(location.search)
  const [code, error] = [query.get('code'), query.get('error')]
  if (code === null && error === null) return undefined
  const pending = takePending()
  history.replaceState(null, '', home())
  if (!pending || query.get('state') !== pending.state) throw new SignInFailed('The sign-in was not begun in this tab.')
  if (code === null) throw new SignInFailed(query.get('error_description') ?? error ?? '')
  const tokens = await ask(configuration, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: home(),
    code_verifier: pending.verifier,
  })
  if (claimsOf(tokens.idToken).nonce !== pending.nonce) throw new SignInFailed('The token is of another sign-in.')
  return sessionOf(configuration, tokens)
}

function takePending(): Pending | undefined {
  const kept = sessionStorage.getItem(PENDING)
  sessionStorage.removeItem(PENDING)
  return kept === null ? undefined : (JSON.parse(kept) as Pending)
}

function sessionOf(configuration: Configuration, first: Tokens): Session {
  let tokens = first
  let claims = claimsOf(first.idToken)
  let renewing: Promise<Tokens> | undefined
  return {
    get claims() {
      return claims
    },
    async idToken() {
      if (claims.expires > Date.now() + SPARE_MILLISECONDS) return tokens.idToken
      const { refreshToken } = tokens
      if (refreshToken === undefined) throw new SessionOver()
      renewing ??= ask(configuration, { grant_type: 'refresh_token', refresh_token: refreshToken })
      try {
        tokens = { refreshToken, ...(await renewing) }
      } catch (cause) {
        // Without a network the session is not over.
        throw cause instanceof SignInFailed ? new SessionOver('', { cause }) : cause
      } finally {
        renewing = undefined
      }
      claims = claimsOf(tokens.idToken)
      return tokens.idToken
    },
    async end() {
      // A renewal under way would be over without it: the refresh token is not rotated.
      if (tokens.refreshToken !== undefined) await revoke(configuration, tokens.refreshToken)
    },
  }
}

/** Nothing is read of the answer, so that none has to allow this origin. */
async function revoke({ signIn }: Configuration, token: string): Promise<void> {
  await fetch(`${signIn.url}/oauth2/revoke`, {
    method: 'POST',
    mode: 'no-cors',
    keepalive: true,
    body: new URLSearchParams({ client_id: signIn.clientId, token }),
    signal: AbortSignal.timeout(REVOCATION_MILLISECONDS),
  }).catch(() => undefined)
}

/** @throws SignInFailed where it is refused */
async function ask({ signIn }: Configuration, form: Readonly<Record<string, string>>): Promise<Tokens> {
  const response = await fetch(`${signIn.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: signIn.clientId, ...form }),
  })
  const answer = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>
  if (!response.ok || typeof answer.id_token !== 'string')
    throw new SignInFailed(String(answer.error ?? response.status))
  const { refresh_token: refreshToken } = answer
  return { idToken: answer.id_token, ...(typeof refreshToken === 'string' && { refreshToken }) }
}
