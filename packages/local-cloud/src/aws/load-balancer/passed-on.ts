/** The headers that a target gets: the client's, except those about its connection, and the load balancer's own. */
import type { ClientRequest } from './client-request.ts'
import type { Balancer } from './declared/balancer.ts'

/** Headers about the connection between client and load balancer. They are not passed on. */
export const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function passedOn(
  request: ClientRequest,
  { forwardedFor }: Balancer,
  port: number,
  traceId: string,
): readonly (readonly [string, string])[] {
  const own = new Set(['x-forwarded-proto', 'x-forwarded-port', 'x-amzn-trace-id', 'x-forwarded-for'])
  const passed = request.headers.filter(([name]) => !HOP_BY_HOP.has(name) && !own.has(name) && name !== 'host')
  const before = request.headers.filter(([name]) => name === 'x-forwarded-for').map(([, value]) => value)
  const addresses = forwardedFor === 'append' ? [...before, request.clientAddress] : before
  return [
    ...passed,
    ['host', request.host],
    ...(forwardedFor === 'remove' || addresses.length === 0
      ? []
      : [['x-forwarded-for', addresses.join(', ')] as const]),
    ['x-forwarded-proto', request.protocol],
    ['x-forwarded-port', String(port)],
    ['x-amzn-trace-id', traceId],
  ]
}
