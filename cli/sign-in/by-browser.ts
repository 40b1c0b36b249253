/**
 * Signs in by a browser: authorisation code with PKCE (RFC 8252), which the browser brings back to this machine. This process never sees the
 * password.
 */
import { LOGIN_PORTS } from '../../shared/browser-sign-in.ts'
import type { Tokens } from '../hub/cognito.ts'
import { stopOnSignals } from '../terminal/stopping.ts'
import { UserError } from '../verb.ts'
import { openLoopback } from './loopback.ts'
import { openInBrowser } from './open-in-browser.ts'
import { newPkce, randomText } from './pkce.ts'
import { postForm } from './request.ts'
import type { SignInServer } from './server.ts'
import { tokensIn } from './tokens.ts'

/** How long the command waits for the sign-in. */
const TIMEOUT_MILLISECONDS = 5 * 60_000

export interface ByBrowserOptions {
  /**
   * Opens the address in a browser; somebody without one uses the printed address.
   * @default opens the user's own browser
   */
  readonly open?: (url: string) => void
  readonly say?: (line: string) => void
  readonly timeoutMilliseconds?: number
  readonly ports?: readonly number[]
}

/** @throws UserError if the sign-in is refused, takes too long or is given up */
export async function signInByBrowser(
  server: SignInServer,
  {
    open = openInBrowser,
    say = (line) => void process.stderr.write(`${line}\n`),
    timeoutMilliseconds = TIMEOUT_MILLISECONDS,
    ports = LOGIN_PORTS,
  }: ByBrowserOptions = {},
): Promise<Tokens> {
  const [{ verifier, challenge }, state, nonce] = [newPkce(), randomText(), randomText()]
  const signals = stopOnSignals()
  const loopback = await openLoopback(state, ports).catch((error: unknown) => {
    signals.release()
    throw error
  })
  const { redirectUri } = loopback
  try {
    const url = new URL(server.authorizationEndpoint)
    const asked = {
      response_type: 'code',
      client_id: server.clientId,
      redirect_uri: redirectUri,
      scope: server.scope,
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(server.provider !== undefined && { identity_provider: server.provider }),
    }
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
    say(`Sign in with your browser. If it does not open by itself:\n  ${url.href}`)
    open(url.href)
    const code = await waitFor(loopback.code, signals.asked, timeoutMilliseconds)
    const form = {
      grant_type: 'authorization_code',
      client_id: server.clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }
    return tokensIn(await postForm(server.tokenEndpoint, form, server), server, { nonce })
  } finally {
    signals.release()
    await loopback.close()
  }
}

/** @param stopped resolves when the user gives up */
async function waitFor(code: Promise<string>, stopped: Promise<undefined>, milliseconds: number): Promise<string> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const minutes = milliseconds / 60_000
    late.reject(new UserError(`Nobody signed in within ${minutes} minutes.`, 'Run the command again.'))
  }, milliseconds)
  try {
    const first = await Promise.race([code, stopped, late.promise])
    if (first === undefined) throw new UserError('Interrupted: nobody was signed in.')
    return first
  } finally {
    clearTimeout(timer)
  }
}
