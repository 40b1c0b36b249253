/** Cookies of the pool's pages. No script can read them, and forms of other sites do not send them. */
import type { WireRequest } from '../../../wire/service.ts'

/** Remembers a user who has signed in. */
export const BROWSER_COOKIE = 'cognito'
/** Its value must be repeated in every form. */
export const CSRF_COOKIE = 'XSRF-TOKEN'

/** @returns an empty text if there is no such cookie */
export function cookieOf({ headers }: WireRequest, name: string): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}

export const setCookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`
