/** The ID token of a session, renewed before it ends, for as long as the session lasts. */
import type { Tokens } from '../hub/cognito.ts'
import { UserError } from '../verb.ts'

/** Milliseconds before its end at which a token is renewed, so that no token ends during a request. */
const EARLY_MILLISECONDS = 60_000

export interface CurrentTokenOptions {
  readonly first: Tokens
  /** @throws UserError if the session has ended */
  readonly refresh: (refreshToken: string) => Promise<Tokens>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** @returns a token that is valid for at least another minute; requests at the same time wait for one renewal */
export function currentToken({ first, refresh, now }: CurrentTokenOptions): () => Promise<string> {
  let held = first
  let until = now() + first.expiresInSeconds * 1000
  let renewal: Promise<void> | undefined

  async function renew(): Promise<void> {
    const asked = now()
    if (held.refreshToken === undefined)
      throw new UserError('The session has ended: the provider gave no refresh token.', 'Sign in again.')
    held = await refresh(held.refreshToken)
    until = asked + held.expiresInSeconds * 1000
  }

  return async () => {
    if (now() >= until - EARLY_MILLISECONDS) {
      renewal ??= renew().finally(() => {
        renewal = undefined
      })
      await renewal
    }
    return held.idToken
  }
}
