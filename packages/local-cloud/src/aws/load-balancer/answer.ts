/** What the load balancer answers: a target's response, or a page of its own. */
import { STATUS_CODES } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | string
  /** For the access log. */
  readonly errorReason?: string
  readonly redirectUrl?: string
  /** Status of the target, where one was asked. */
  readonly targetStatus?: number
  readonly targetGroupArn?: string
  readonly functionArn?: string
  readonly lambdaRequestId?: string
}

/** Statuses that only load balancers have. */
const OWN_TITLES: Readonly<Record<number, string>> = { 460: '460', 463: '463' }

/** The page that Application Load Balancers answer with. */
export function page(status: number, errorReason?: string): Answer {
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
