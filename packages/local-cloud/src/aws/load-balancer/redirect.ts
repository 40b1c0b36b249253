/** The `redirect` action: the new address, made of declared parts and parts of the request. */
import { type Answer, page } from './answer.ts'
import type { ClientRequest } from './client-request.ts'
import type { Action } from './declared/actions.ts'

export interface RedirectFrom {
  /** The listener's port, as declared. */
  readonly port: number
  /** The local port of this load balancer's listener on a declared port, if it is open. On AWS both are the same. */
  readonly localPort: (declared: number) => number | undefined
}

export function redirect(
  request: ClientRequest,
  action: Extract<Action, { kind: 'redirect' }>,
  { port, localPort }: RedirectFrom,
): Answer {
  const parts: Readonly<Record<string, string>> = {
    protocol: request.protocol,
    host: request.hostName,
    port: String(port),
    path: request.path.replace(/^\//, ''),
    query: request.queryString,
  }
  const fill = (template: string) => template.replace(/#\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole)
  const protocol = fill(action.protocol).toLowerCase()
  const declaredPort = Number(fill(action.port))
  const query = fill(action.query)
  const at = localPort(declaredPort) ?? declaredPort
  const location = `${protocol}://${fill(action.host)}:${at}${fill(action.path)}${query === '' ? '' : `?${query}`}`
  const answer = page(action.status)
  return { ...answer, headers: [...answer.headers, ['location', location]], redirectUrl: location }
}
