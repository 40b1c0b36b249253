/** Forwards to a target at an address. The request is sent on while it arrives, and the answer comes back while it is made. */
import { type ClientRequest as HttpRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { Http2ServerRequest } from 'node:http2'
import type { Telling } from '../../observer.ts'
import { type Answer, page } from './answer.ts'
import type { Begun } from './body.ts'
import type { ClientRequest, Incoming, Outgoing } from './client-request.ts'
import { MAX_HEADERS_BYTES, MAX_RESPONSE_HEADERS_BYTES } from './constants.ts'
import type { Balancer } from './declared/balancer.ts'
import type { AddressGroup } from './declared/target-group.ts'
import { HOP_BY_HOP, passedOn } from './passed-on.ts'
import type { Target, Targets } from './targets.ts'

export interface AddressOptions {
  readonly targets: Targets
  readonly balancer: Balancer
  /** The listener's port, as declared. */
  readonly port: number
  readonly targetGroup: AddressGroup
  readonly traceId: string
  readonly observers: Telling
  readonly incoming: Incoming
  readonly outgoing: Outgoing
  /** Whether the connection to the target is closed when the client leaves. AWS does not document it. */
  readonly targetSeesClientLeave: boolean
}

/**
 * Returns the answer's head; its body follows. 502: the target closed the connection, or did not answer in HTTP. 503: there is no target. 504:
 * it did not answer in time.
 */
export async function forwardToAddress(request: ClientRequest, body: Begun, options: AddressOptions): Promise<Answer> {
  const { targets, balancer, targetGroup, traceId, observers } = options
  const about = { targetGroupArn: targetGroup.arn }
  const target = targets.next(targetGroup)
  if (!target) return { ...page(503), ...about }
  const chosen = { ...about, target: `${target.address}:${target.port}` }
  const way = targets.way(balancer.arn, target)
  if (observers.watched) {
    const to = { kind: 'address', address: chosen.target, outcome: targets.path(balancer.arn, target) } as const
    observers.tell({ kind: 'forwarded', traceId, to })
  }
  // On AWS this takes ten seconds; here nobody has to wait for it.
  if (way.kind === 'lost') return { ...page(504), ...chosen }
  if (way.kind === 'refused') return { ...page(502), ...chosen }
  const done = [target.begin(), targets.serving(way.interfaceId)]
  const sent = send(request, body, options, target, way.port)
  sent.once('close', () => {
    for (const each of done) each()
  })
  const response = await answerOf(sent, body, options)
  if (typeof response === 'number') return { ...page(response), ...chosen }
  const headers = headersOf(response)
  if (!headers) {
    sent.destroy()
    return { ...page(502), ...chosen }
  }
  const status = response.statusCode ?? 502
  return { status, headers, body: response, targetStatus: status, ...chosen }
}

function send(request: ClientRequest, body: Begun, options: AddressOptions, target: Target, port: number): HttpRequest {
  const { balancer, port: listenerPort, traceId, incoming } = options
  const headers = new Map<string, string[]>()
  for (const [name, value] of passedOn(request, balancer, listenerPort, traceId))
    if (name !== 'expect') headers.set(name, [...(headers.get(name) ?? []), value])
  const framed = headers.has('content-length')
  if (!framed && body.ended && (body.bytes.byteLength > 0 || hasBody(request, incoming)))
    headers.set('content-length', [String(body.bytes.byteLength)])
  const chunked = !framed && !body.ended
  if (chunked) headers.set('transfer-encoding', ['chunked'])
  const sent = httpRequest({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: `${request.path}${request.queryString === '' ? '' : `?${request.queryString}`}`,
    headers: Object.fromEntries([...headers].map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
    agent: target.agent,
    maxHeaderSize: MAX_HEADERS_BYTES,
  })
  if (body.bytes.byteLength > 0) sent.write(body.bytes)
  if (body.ended) sent.end()
  else incoming.pipe(sent)
  return sent
}

const hasBody = ({ method }: ClientRequest, incoming: Incoming) =>
  method !== 'GET' && method !== 'HEAD' && !(incoming instanceof Http2ServerRequest && incoming.stream.endAfterHeaders)

/** The target's answer, or an answer of the load balancer's own. */
function answerOf(sent: HttpRequest, body: Begun, options: AddressOptions): Promise<IncomingMessage | number> {
  const { balancer, incoming, outgoing, targetSeesClientLeave } = options
  const idleMs = balancer.idleTimeoutSeconds * 1000
  return new Promise((resolve) => {
    let response: IncomingMessage | undefined
    let uploaded = body.ended
    const left = () => {
      if (response?.readableEnded) return
      // An incomplete request is aborted. A complete one is answered, also if the client has left.
      if (!uploaded || targetSeesClientLeave) sent.destroy()
      // The reader pauses the answer in the same event.
      else setImmediate(() => response?.resume())
      resolve(460)
    }
    const idle = setTimeout(() => {
      // Who was slow: the client, or the target?
      resolve(uploaded ? 504 : 408)
      if (response) outgoing.destroy()
      sent.destroy()
    }, idleMs)
    const active = () => void idle.refresh()
    incoming.on('data', active)
    incoming.once('end', () => {
      uploaded = true
      active()
    })
    outgoing.on('drain', active)
    outgoing.once('close', left)
    sent.once('response', (came) => {
      response = came
      came.on('data', active)
      // Nobody reads the answer until it is passed on.
      came.pause()
      resolve(came)
      if (outgoing.destroyed) setImmediate(() => came.resume())
    })
    sent.on('error', () => resolve(502))
    sent.once('close', () => {
      clearTimeout(idle)
      incoming.off('data', active)
      incoming.unpipe(sent)
      // The rest of the body has to be read, or the client never reads the answer.
      incoming.resume()
      outgoing.off('drain', active)
      resolve(502)
    })
  })
}

/** @returns undefined if there are more headers than a load balancer passes on */
function headersOf({ rawHeaders }: IncomingMessage): Answer['headers'] | undefined {
  const headers: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    if (!HOP_BY_HOP.has(name)) headers.push([name, rawHeaders[index + 1] ?? ''])
  }
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  return size > MAX_RESPONSE_HEADERS_BYTES ? undefined : headers
}
