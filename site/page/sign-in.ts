/**
 * Sign-in with the authorisation code flow and PKCE. Tokens are kept in this object only. A page that is reloaded asks for new ones, for which
 * no password is needed while the session at the sign-in pages is valid.
 */
import type { Configuration } from './configuration.ts'
import { type Claims, claimsOf } from './token.ts'

export interface Session {
  readonly claims: Claims
  /**
   * A token that is valid for at least a minute.
   * @throws SessionOver
   */
  idToken(): Promise<string>
  /** Revokes the refresh token. Never rejects: a user who signs out leaves the page, even if the network fails. */
  end(): Promise<void>
}

/** Neither the token nor the refresh token is valid any more. */
export class SessionOver extends Error {
  override readonly name = 'SessionOver'
}

/** The sign-in pages sent the browser back without a session. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

/**
 * Key in `sessionStorage` of the PKCE verifier, while the browser is at the sign-in pages. The verifier alone gives no access, and is
 * removed when the browser is back.
 */
const PENDING = 'sign-in'
const SPARE_MILLISECONDS = 60_000
/** The longest wait for a revocation at sign-out. */
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

/** Ends this session and the one at the sign-in pages, which then send the browser back here. */
export async function goToSignOut({ signIn }: Configuration, session: Session | undefined): Promise<void> {
  await session?.end()
  location.assign(`${signIn.url}/logout?${new URLSearchParams({ client_id: signIn.clientId, logout_uri: home() })}`)
}

/**
 * @returns the session of a browser that comes back from the sign-in pages; undefined for a browser that comes from elsewhere
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
        // A failing network does not end the session.
        throw cause instanceof SignInFailed ? new SessionOver('', { cause }) : cause
      } finally {
        renewing = undefined
      }
      claims = claimsOf(tokens.idToken)
      return tokens.idToken
    },
    async end() {
      // The refresh token is not rotated, so a renewal that is under way must not overwrite the end of the session.
      if (tokens.refreshToken !== undefined) await revoke(configuration, tokens.refreshToken)
    },
  }
}

/** The answer is not read, so no server has to allow this origin. */
async function revoke({ signIn }: Configuration, token: string): Promise<void> {
  await fetch(`${signIn.url}/oauth2/revoke`, {
    method: 'POST',
    mode: 'no-cors',
    keepalive: true,
    body: new URLSearchParams({ client_id: signIn.clientId, token }),
    signal: AbortSignal.timeout(REVOCATION_MILLISECONDS),
  }).catch(() => undefined)
}

/** @throws SignInFailed if it is refused */
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
