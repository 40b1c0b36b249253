/** Who may use the proxy: programs on this machine that have its key. Web pages in this machine's browser may not. */
import type { IncomingHttpHeaders } from 'node:http'
import { isSecret } from '../control/loopback-port.ts'

/** The reason why a request is refused, for whoever configured the tool. */
export interface Refusal {
  readonly status: number
  readonly type: string
  readonly message: string
}

export interface AdmitOptions {
  readonly port: number
  readonly key: string
  /** Origins of pages that may send requests, such as `app://obsidian.md`. */
  readonly origins: readonly string[]
  /** A preflight request has no key. */
  readonly preflight: boolean
}

/** @returns nothing if the request is accepted */
export function refusalOf(
  headers: IncomingHttpHeaders,
  { port, key, origins, preflight }: AdmitOptions,
): Refusal | undefined {
  // A page of a host name that resolves to 127.0.0.1 sends that name here.
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? ''))
    return {
      status: 403,
      type: 'permission_error',
      message: `This proxy answers to http://127.0.0.1:${port} only, not to the host that was asked.`,
    }
  if (headers.origin !== undefined && !origins.includes(headers.origin))
    return {
      status: 403,
      type: 'permission_error',
      message: 'Web pages may not call this proxy. To let one: restart it with --origin and the origin of that page.',
    }
  if (preflight || isSecret(keyOf(headers), key)) return undefined
  return {
    status: 401,
    type: 'authentication_error',
    message: "Send the proxy's own key, which it printed when it started, as the API key (Authorization or x-api-key).",
  }
}

function keyOf({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): string {
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  return typeof apiKey === 'string' ? apiKey : ''
}
