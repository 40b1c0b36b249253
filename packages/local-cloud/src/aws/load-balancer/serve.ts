/** Serves one request at a listener, from its arrival to the last byte of the answer. */
import { constants, Http2ServerResponse } from 'node:http2'
import { Readable, type Writable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { UnsupportedError } from '../../errors.ts'
import type { Path } from '../../network/path.ts'
import { type Telling, UNWATCHED } from '../../observer.ts'
import type { Surroundings } from '../../wire/service.ts'
import type { Lambda } from '../lambda/lambda.ts'
import type { Firewall } from '../wafv2/firewall.ts'
import type { AccessLogs, Exchange } from './access-log.ts'
import { type Answer, page } from './answer.ts'
import { beginBody, readBody } from './body.ts'
import { type Client, type ClientRequest, type Incoming, type Outgoing, readRequest } from './client-request.ts'
import { type Binding, type Rule, withRules } from './declared/listener.ts'
import type { KeySets } from './jwt-validation/key-sets.ts'
import { applyRule, passesOn, ruleFor } from './rules.ts'
import type { Targets } from './targets.ts'
import { traceIdOf } from './trace-id.ts'

/** An event for an observer. It contains no secrets: no query string, header or body. */
export interface LoadBalancerEvent {
  readonly kind: 'request'
  readonly listenerArn: string
  readonly ruleArn: string | 'default' | 'none'
  readonly method: string
  /** The path of the URL. */
  readonly target: string
  readonly status: number
  /** The network path from the client to the load balancer. */
  readonly path: Path
  readonly traceId: string
  readonly errorReason?: string
  readonly targetFunction?: string
  readonly lambdaRequestId?: string
  /** `10.0.1.7:8080`, if a target at an address has answered. */
  readonly targetAddress?: string
}

export interface ServeOptions {
  readonly surroundings: Surroundings
  readonly lambda: Pick<Lambda, 'invoke'>
  readonly targets: Targets
  readonly targetSeesClientLeave: boolean
  readonly listsMatchWhole: boolean
  readonly keySets: KeySets
  readonly firewall: Firewall
  readonly accessLogs: AccessLogs
  readonly observe?: (event: LoadBalancerEvent) => void
  /** @default no observers */
  readonly observers?: Telling
  /** Called for errors of the stand-in itself. Clients get a 500. */
  readonly onFault: (error: unknown) => void
  readonly localPort: (declared: number) => number | undefined
}

export interface Connection {
  readonly client: Client
  readonly path: Path
}

export async function serve(
  options: ServeOptions,
  binding: Binding,
  { client, path }: Connection,
  incoming: Incoming,
  outgoing: Outgoing,
): Promise<void> {
  const { surroundings, accessLogs, observe, observers = UNWATCHED } = options
  const begun = surroundings.now()
  const started = performance.now()
  const actions: string[] = []
  const secured = tlsOf(incoming)
  const progress: Progress = { actions, traceId: traceIdOf([], begun), receivedBytes: 0 }
  const answer = await answerTo(options, binding, { client, path }, incoming, outgoing, progress).catch(
    (error: unknown) => {
      options.onFault(error)
      return fault(error)
    },
  )
  const elapsed = (performance.now() - started) / 1000
  const gone = outgoing.destroyed || outgoing.writableEnded
  if (!gone && !(answer.body instanceof Readable))
    endOnTime(incoming, outgoing, answer, binding.balancer.idleTimeoutSeconds)
  const sentBytes = gone ? 0 : await respond(incoming, outgoing, answer, binding)
  const responseSeconds = (performance.now() - started) / 1000 - elapsed
  const { request, rule, traceId, receivedBytes } = progress
  const final = gone ? hungUpOn(answer) : answer
  // If nobody takes a target's answer, AWS logs neither its time nor its status, although the target has served the request.
  const targetSeconds = gone ? undefined : progress.targetSeconds
  accessLogs.add({
    listener: binding,
    ...(rule && { rule }),
    ...(request && { request }),
    client,
    answer: final,
    requestLine: requestLine(incoming, binding, request),
    traceId,
    ...secured,
    receivedBytes,
    sentBytes,
    begun,
    actions,
    requestSeconds: elapsed - (targetSeconds ?? 0),
    responseSeconds,
    ...(targetSeconds !== undefined && { targetSeconds }),
  })
  observe?.({
    kind: 'request',
    listenerArn: binding.arn,
    ruleArn: rule?.arn ?? 'none',
    method: incoming.method ?? '',
    target: request?.path ?? '',
    status: final.status,
    path,
    traceId,
    ...(final.errorReason !== undefined && { errorReason: final.errorReason }),
    ...(final.functionArn !== undefined && { targetFunction: final.functionArn }),
    ...(final.lambdaRequestId !== undefined && { lambdaRequestId: final.lambdaRequestId }),
    ...(final.targetStatus !== undefined && final.target !== undefined && { targetAddress: final.target }),
  })
  if (observers.watched)
    observers.tell({
      kind: 'answered',
      traceId,
      status: final.status,
      milliseconds: performance.now() - started,
      ...(final.errorReason !== undefined && { errorReason: final.errorReason }),
      ...(final.lambdaRequestId !== undefined && { lambdaRequestId: final.lambdaRequestId }),
    })
}

function hungUpOn({ targetStatus: _, ...answer }: Answer): Answer {
  return { ...answer, status: 460 }
}

/** The data of the access log, filled in during the request. */
interface Progress {
  readonly actions: string[]
  request?: ClientRequest
  rule?: Rule
  traceId: string
  receivedBytes: number
  targetSeconds?: number
}

async function answerTo(
  options: ServeOptions,
  binding: Binding,
  { client, path }: Connection,
  incoming: Incoming,
  outgoing: Outgoing,
  progress: Progress,
): Promise<Answer> {
  const { surroundings, lambda, keySets, firewall, localPort, observers = UNWATCHED } = options
  const listener = withRules(surroundings.ledger, binding)
  const { balancer } = listener
  const request = readRequest(incoming, balancer, client)
  if ('status' in request) {
    incoming.resume()
    return page(request.status, request.reason)
  }
  progress.request = request
  const traceId = traceIdOf(request.headers, surroundings.now())
  progress.traceId = traceId
  if (observers.watched) {
    const { method, path: target } = request
    observers.tell({ kind: 'arrived', traceId, listenerArn: binding.arn, method, target, path })
  }
  const rule = ruleFor(request, listener)
  const asItComes = passesOn(surroundings.ledger, rule)
  const body = await (asItComes ? beginBody : readBody)(incoming, balancer.idleTimeoutSeconds)
  if (body.kind === 'idle') return page(408)
  if (body.kind === 'aborted') return page(460)
  const bodyBytes = body.kind === 'tooLarge' ? body.size : body.bytes.byteLength
  progress.receivedBytes = bodyBytes
  const blocked = firewall.block(balancer.arn, { request, bodyBytes }, surroundings.now())
  if (blocked) {
    incoming.resume()
    progress.actions.push('waf')
    if (observers.watched) observers.tell({ kind: 'blocked', traceId, status: blocked.status })
    return blocked
  }
  progress.rule = rule
  if (observers.watched) observers.tell({ kind: 'ruled', traceId, ruleArn: rule.arn })
  let forwardedAt: number | undefined
  const answering = applyRule(rule, request, body, {
    ledger: surroundings.ledger,
    listener,
    lambda,
    keySets,
    listsMatchWhole: options.listsMatchWhole,
    now: surroundings.now,
    localPort,
    traceId,
    observers,
    streaming: { ...options, incoming, outgoing },
    acting(action) {
      progress.actions.push(action)
      if (action === 'forward') forwardedAt = performance.now()
    },
  })
  const answer = await (asItComes ? answering : withinIdleTimeout(answering, balancer.idleTimeoutSeconds))
  if (asItComes && !(answer.body instanceof Readable)) incoming.resume()
  if (forwardedAt !== undefined) progress.targetSeconds = (performance.now() - forwardedAt) / 1000
  return answer
}

/** A function may run longer than the load balancer waits; the timeout does not stop it. */
async function withinIdleTimeout(answering: Promise<Answer>, seconds: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(page(504, 'LambdaConnectionTimeout')), seconds * 1000)
  })
  try {
    return await Promise.race([answering, late])
  } finally {
    clearTimeout(timer)
    answering.catch(() => {})
  }
}

/**
 * The answer to an error. If the local cloud lacks something, the answer says so, unlike a real load balancer's; other errors appear only in its
 * own log.
 */
function fault(error: unknown): Answer {
  if (!(error instanceof UnsupportedError)) return page(500)
  return { status: 500, headers: [['content-type', 'text/plain']], body: `${error.message}\n` }
}

/** @returns the number of bytes of the body, when they were sent */
async function respond(incoming: Incoming, outgoing: Outgoing, answer: Answer, listener: Binding): Promise<number> {
  const body = answer.body instanceof Readable ? answer.body : Buffer.from(answer.body)
  const bare = answer.status === 204 || answer.status === 304
  const headers = new Map<string, string[]>()
  for (const [name, value] of answer.headers) headers.set(name, [...(headers.get(name) ?? []), value])
  if (!bare && Buffer.isBuffer(body) && !headers.has('content-length'))
    headers.set('content-length', [String(body.byteLength)])
  if (bare) for (const name of ['content-length', 'content-type']) headers.delete(name)
  headers.delete('server')
  if (listener.serverHeader) headers.set('server', ['awselb/2.0'])
  for (const [name, value] of Object.entries(listener.headers)) headers.set(name, [value])
  if (answer.status === 408 && incoming.httpVersionMajor === 1) headers.set('connection', ['close'])
  outgoing.statusCode = answer.status
  for (const [name, values] of headers) {
    const [only = ''] = values
    outgoing.setHeader(name, values.length === 1 ? only : values)
  }
  const silent = bare || incoming.method === 'HEAD'
  if (!Buffer.isBuffer(body)) return await passOn(body, outgoing)
  if (silent) outgoing.end()
  else outgoing.end(body)
  return silent ? 0 : body.byteLength
}

/**
 * Passes the body on, no faster than the client reads it. If the target breaks off, the client's connection is cut, because the status was sent
 * already.
 */
function passOn(body: Readable, outgoing: Outgoing): Promise<number> {
  let sent = 0
  body.on('data', (chunk: Buffer) => {
    sent += chunk.byteLength
  })
  return new Promise((resolve) => {
    outgoing.once('close', () => resolve(sent))
    body.once('error', () => outgoing.destroy())
    body.once('close', () => {
      if (!body.readableEnded) outgoing.destroy()
    })
    // The first bytes may take long to come.
    if (outgoing instanceof Http2ServerResponse) outgoing.writeHead(outgoing.statusCode)
    else outgoing.flushHeaders()
    body.pipe(outgoing as Writable)
  })
}

/**
 * A client has the idle timeout to read its answer and to finish sending. If it was idle already, it gets no more time. Over HTTP/1.1 the
 * connection's own timer does the rest.
 */
function endOnTime(incoming: Incoming, outgoing: Outgoing, { status }: Answer, idleSeconds: number): void {
  const wasIdle = status === 408
  if (outgoing instanceof Http2ServerResponse) {
    const { stream } = outgoing
    // A client that has closed its connection causes no further event.
    if (stream.destroyed) return
    const cut = () => stream.close(constants.NGHTTP2_NO_ERROR)
    const timer = setTimeout(cut, idleSeconds * 1000)
    stream.once('close', () => clearTimeout(timer))
    if (wasIdle) stream.once('finish', cut)
  } else if (wasIdle) outgoing.once('finish', () => incoming.socket.end(() => incoming.socket.destroy()))
}

function requestLine(incoming: Incoming, { port, tls }: Binding, request: ClientRequest | undefined): string {
  const scheme = tls ? 'https' : 'http'
  const query = request?.queryString ? `?${request.queryString}` : ''
  const url = request ? `${scheme}://${request.hostName}:${port}${request.path}${query}` : '-'
  return `${incoming.method ?? '-'} ${url} HTTP/${incoming.httpVersion}`
}

function tlsOf({ socket }: Incoming): Pick<Exchange, 'tls'> {
  if (!(socket instanceof TLSSocket)) return {}
  const { servername } = socket as TLSSocket & { readonly servername?: string | false }
  return {
    tls: {
      cipher: socket.getCipher()?.name ?? '-',
      protocol: socket.getProtocol() ?? '-',
      serverName: servername || '-',
    },
  }
}
