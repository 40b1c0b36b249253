/**
 * One HTTPS exchange over kept-alive connections. `node:https` rather than `fetch`: half the CPU per call, and the
 * first `fetch` of a process costs a cold start 50 ms.
 */
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type Agent, request as httpsRequest } from 'node:https'
import { CONNECT_TIMEOUT_MILLISECONDS } from './limits.ts'

export interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly host: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole exchange, connecting included. */
  readonly timeoutMilliseconds: number
  readonly maximumBytes: number
  /** Ends the exchange. */
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Transport = (exchange: Exchange) => Promise<Answer>

/** The answer as soon as its headers are there; its body is yet to come, in whatever time it takes. */
export interface OpenAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Destroyed, it closes the connection. */
  readonly body: AsyncIterable<Uint8Array> & { destroy(): unknown }
}

export type OpenTransport = (exchange: Exchange) => Promise<OpenAnswer>

/**
 * - `unreachable`: no connection; nothing was sent.
 * - `timeout`: connected, but no whole answer in time.
 * - `broken`: the connection ended before the answer did.
 * - `tooLarge`: the answer was longer than allowed.
 * - `aborted`: ended by us, as nobody waits any more.
 */
export type TransportFailure = 'unreachable' | 'timeout' | 'broken' | 'tooLarge' | 'aborted'

export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly failure: TransportFailure

  constructor(failure: TransportFailure, host: string, cause?: unknown) {
    super(`${failure}: ${host}`, cause === undefined ? undefined : { cause })
    this.failure = failure
  }
}

export function createTransport(agent: Agent, connectTimeoutMilliseconds = CONNECT_TIMEOUT_MILLISECONDS): Transport {
  const open = createOpenTransport(agent, connectTimeoutMilliseconds)
  return async (exchange) => {
    const started = performance.now()
    const { status, headers, body } = await open(exchange)
    const left = exchange.timeoutMilliseconds - (performance.now() - started)
    const late = setTimeout(() => body.destroy(new TransportError('timeout', exchange.host)), left)
    try {
      return { status, headers, body: await collect(body, exchange) }
    } finally {
      clearTimeout(late)
    }
  }
}

export async function collect(body: AsyncIterable<Uint8Array>, { host, maximumBytes }: Exchange): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      length += chunk.byteLength
      if (length > maximumBytes) throw new TransportError('tooLarge', host)
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof TransportError ? cause : new TransportError('broken', host, cause)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `timeoutMilliseconds` is for the time until the headers are there. */
export function createOpenTransport(
  agent: Agent,
  connectTimeoutMilliseconds = CONNECT_TIMEOUT_MILLISECONDS,
): (exchange: Exchange) => Promise<Omit<OpenAnswer, 'body'> & { readonly body: IncomingMessage }> {
  return async (exchange) => {
    try {
      return await send(agent, exchange, connectTimeoutMilliseconds)
    } catch (error) {
      // The server had closed the idle connection (often while Lambda had the function frozen) before it saw the
      // request: not a retry of a call, but its first real delivery.
      if (error instanceof StaleConnection) return await send(agent, exchange, connectTimeoutMilliseconds)
      throw error
    }
  }
}

class StaleConnection extends TransportError {}

/** A reset later than a few round trips after sending is not the server's old farewell: it may have begun to work. */
const STALE_WITHIN_MILLISECONDS = 100

function send(
  agent: Agent,
  exchange: Exchange,
  connectTimeoutMilliseconds: number,
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: IncomingMessage }> {
  const { method, host, path, headers, body, timeoutMilliseconds, signal } = exchange
  return new Promise((resolve, reject) => {
    let connected = false
    let answered: IncomingMessage | undefined
    const started = performance.now()
    const request: ClientRequest = httpsRequest({ agent, method, host, path, headers })
    const clear = () => {
      clearTimeout(connecting)
      clearTimeout(first)
    }
    const fail = (error: TransportError) => {
      clear()
      if (answered) answered.destroy(error)
      else reject(error)
      request.destroy()
    }
    const first = setTimeout(
      () => fail(new TransportError(connected ? 'timeout' : 'unreachable', host)),
      timeoutMilliseconds,
    )
    const connecting = setTimeout(() => fail(new TransportError('unreachable', host)), connectTimeoutMilliseconds)
    const abort = () => fail(new TransportError('aborted', host))
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    request.on('close', () => signal?.removeEventListener('abort', abort))
    const ready = () => {
      connected = true
      clearTimeout(connecting)
    }
    request.on('socket', (socket) => {
      if (request.reusedSocket) ready()
      else socket.once('secureConnect', ready)
    })
    request.on('error', (cause) => {
      const early = !answered && performance.now() - started < STALE_WITHIN_MILLISECONDS
      const stale = request.reusedSocket && early && 'code' in cause && /^(ECONNRESET|EPIPE)$/.test(`${cause.code}`)
      if (stale) fail(new StaleConnection('broken', host, cause))
      else fail(new TransportError(connected ? 'broken' : 'unreachable', host, cause))
    })
    request.on('response', (response) => {
      answered = response
      clear()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response })
    })
    request.end(body)
  })
}
