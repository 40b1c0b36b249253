/** What the load balancer answers: a target's response, or a page of its own. */
import { STATUS_CODES } from 'node:http'
import type { Readable } from 'node:stream'

export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** A stream is passed on as it comes. */
  readonly body: Uint8Array | string | Readable
  /** For the access log. */
  readonly errorReason?: string
  readonly redirectUrl?: string
  /** Status of the target, where one was asked. */
  readonly targetStatus?: number
  readonly targetGroupArn?: string
  readonly functionArn?: string
  /** `10.0.1.7:8080`: where it went to. */
  readonly target?: string
  readonly lambdaRequestId?: string
}

/** Statuses that only load balancers have. */
const OWN_TITLES: Readonly<Record<number, string>> = { 460: '460', 463: '463' }

/** The page that Application Load Balancers answer with. */
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
