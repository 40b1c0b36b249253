/**
 * One HTTPS exchange over kept-alive connections. `node:https` rather than `fetch`: half the CPU per call, and the
 * first `fetch` of a process costs a cold start 50 ms.
 */
import type { ClientRequest, IncomingHttpHeaders } from 'node:http'
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
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Transport = (exchange: Exchange) => Promise<Answer>

/**
 * - `unreachable`: no connection; nothing was sent.
 * - `timeout`: connected, but no whole answer in time.
 * - `broken`: the connection ended before the answer did.
 * - `tooLarge`: the answer was longer than allowed.
 */
export type TransportFailure = 'unreachable' | 'timeout' | 'broken' | 'tooLarge'

export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly failure: TransportFailure

  constructor(failure: TransportFailure, host: string, cause?: unknown) {
    super(`${failure}: ${host}`, cause === undefined ? undefined : { cause })
    this.failure = failure
  }
}

export function createTransport(agent: Agent, connectTimeoutMilliseconds = CONNECT_TIMEOUT_MILLISECONDS): Transport {
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

function send(agent: Agent, exchange: Exchange, connectTimeoutMilliseconds: number): Promise<Answer> {
  const { method, host, path, headers, body, timeoutMilliseconds, maximumBytes } = exchange
  return new Promise((resolve, reject) => {
    let connected = false
    let answered = false
    const started = performance.now()
    const request: ClientRequest = httpsRequest({ agent, method, host, path, headers })
    const fail = (error: TransportError) => {
      clearTimeout(connecting)
      clearTimeout(whole)
      reject(error)
      request.destroy()
    }
    const whole = setTimeout(
      () => fail(new TransportError(connected ? 'timeout' : 'unreachable', host)),
      timeoutMilliseconds,
    )
    const connecting = setTimeout(() => fail(new TransportError('unreachable', host)), connectTimeoutMilliseconds)
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
      answered = true
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.byteLength
        if (length > maximumBytes) fail(new TransportError('tooLarge', host))
        else chunks.push(chunk)
      })
      response.on('error', (cause) => fail(new TransportError('broken', host, cause)))
      response.on('end', () => {
        clearTimeout(whole)
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    request.end(body)
  })
}
