/** An answer of the load balancer: a target's response, or a page of its own. */
import { STATUS_CODES } from 'node:http'
import type { Readable } from 'node:stream'

export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** A stream is passed on while it arrives. */
  readonly body: Uint8Array | string | Readable
  /** For the access log. */
  readonly errorReason?: string
  readonly redirectUrl?: string
  /** The target's status, if a target was asked. */
  readonly targetStatus?: number
  readonly targetGroupArn?: string
  readonly functionArn?: string
  /** Where the request went: `10.0.1.7:8080`. */
  readonly target?: string
  readonly lambdaRequestId?: string
}

/** Titles of statuses that only load balancers use. */
const OWN_TITLES: Readonly<Record<number, string>> = { 460: '460', 463: '463' }

/** The HTML page that Application Load Balancers answer with. */
export function page(status: number, errorReason?: string): Answer & { readonly body: string } {
  const title = `${status} ${OWN_TITLES[status] === undefined ? (STATUS_CODES[status] ?? '') : ''}`.trim()
  const body = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n')
  return {
    status,
    headers: [['content-type', 'text/html']],
    body,
    ...(errorReason !== undefined && { errorReason }),
  }
}
