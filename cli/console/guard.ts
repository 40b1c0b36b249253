/**
 * Checks who may use the console. Every page in this machine's browser can send requests to a loopback port, and any host name can be made to
 * resolve to it. So the port demands its own host name and origin and, for everything except the page itself, the token that only the printed
 * URL contains.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isSecret } from '../control/loopback-port.ts'

export interface Guard {
  readonly port: number
  readonly token: string
}

/** The page loads nothing from other sites, inserts nothing as markup, and cannot be shown in a frame. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** @returns the reason why a request is refused whatever it asks for, or undefined */
export function foreign({ port }: Guard, headers: IncomingHttpHeaders): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (!own.includes(headers.host ?? '')) return `This port answers as ${own.join(' and ')} only.`
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${headers.host}`) return 'This port answers its own page only.'
  const site = headers['sec-fetch-site']
  // Somebody who follows a link from another site opens the page without a token.
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && headers['sec-fetch-mode'] !== 'navigate')
    return 'This port answers its own page only.'
  return undefined
}

export const isAllowed = ({ token }: Guard, { authorization = '' }: IncomingHttpHeaders): boolean =>
  isSecret(authorization, `Bearer ${token}`)
