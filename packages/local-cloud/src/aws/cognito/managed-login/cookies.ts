/** Cookies of the pool's pages: never readable by a script, never sent along with another site's form. */
import type { WireRequest } from '../../../wire/service.ts'

/** Somebody who has signed in. */
export const BROWSER_COOKIE = 'cognito'
/** What a form must repeat. */
export const CSRF_COOKIE = 'XSRF-TOKEN'

/** @returns an empty text where there is none */
export function cookieOf({ headers }: WireRequest, name: string): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}

export const setCookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`
