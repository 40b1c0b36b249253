/** The ID token of a session, renewed before it ends, for as long as the session lasts. */
import type { Tokens } from '../hub/cognito.ts'
import { UserError } from '../verb.ts'

/** A request that is under way must not outlive its token: renewed this long before the end. */
const EARLY_MILLISECONDS = 60_000

export interface CurrentTokenOptions {
  readonly first: Tokens
  /** @throws UserError when the session has ended */
  readonly refresh: (refreshToken: string) => Promise<Tokens>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** @returns what answers a token that is good for a minute at least; requests at the same time wait for one renewal */
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
