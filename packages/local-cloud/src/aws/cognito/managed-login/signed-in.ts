/** Sends a signed-in user back to the application, and remembers the browser for an hour. */
import type { WireResponse } from '../../../wire/service.ts'
import type { User } from '../pool-data.ts'
import { type Authorization, withCode } from './authorize.ts'
import { BROWSER_COOKIE, setCookie } from './cookies.ts'
import type { DomainCall } from './domain-call.ts'

/** As long as Cognito remembers a browser. */
const BROWSER_SECONDS = 3600

export function signedIn(call: DomainCall, asked: Authorization, { username }: User): WireResponse {
  const { state, pool, now } = call
  const who = { username, authTime: now }
  const cookie = state.addBrowser({ ...who, poolId: pool.id, expires: now + BROWSER_SECONDS })
  const back = withCode(call, asked, who)
  return { ...back, headers: { ...back.headers, 'set-cookie': setCookie(BROWSER_COOKIE, cookie, BROWSER_SECONDS) } }
}
