/**
 * The connections of the SDK's clients: AWS's own HTTP/1.1 handler, with two additions. It finds out whether anything was sent (then a call is
 * never repeated), and whether an idle connection was simply closed by its server (then nothing was received).
 */
import type { ClientRequest } from 'node:http'
import { Agent, type AgentOptions } from 'node:https'
import type { Duplex, Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { CONNECT_TIMEOUT_MILLISECONDS } from '../constants.ts'

/** The part of the SDK's `HttpRequest` that is used here. */
export interface SdkRequest {
  readonly hostname: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface SdkResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  /** Destroying it closes the connection. */
  readonly body: Readable
}

export interface HandlerOptions {
  readonly abortSignal?: AbortSignal
  /** Milliseconds until the headers of the answer must have arrived. */
  readonly requestTimeout?: number
}

/** The object that the SDK's clients call `requestHandler`. */
export interface Connections {
  handle(request: SdkRequest, options?: HandlerOptions): Promise<{ readonly response: SdkResponse }>
}

/**
 * - `unreachable`: no connection; nothing was sent.
 * - `timeout`: connected, but no answer in time.
 * - `broken`: the connection ended before the answer did.
 * - `tooLarge`: the answer was longer than allowed.
 * - `aborted`: ended by us, as nobody waits any more.
 */
export type ConnectionFailure = 'unreachable' | 'timeout' | 'broken' | 'tooLarge' | 'aborted'

export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly failure: ConnectionFailure
  /** Tells the SDK that it may repeat the call; a client's `maxAttempts` decides whether it does. */
  readonly $retryable = {}

  constructor(failure: ConnectionFailure, host: string, cause?: unknown) {
    super(`${failure}: ${host}`, cause === undefined ? undefined : { cause })
    this.failure = failure
  }
}

/** If a connection is reset later than this after sending, the server may have begun to work; before, it had closed the idle connection. */
const STALE_WITHIN_MILLISECONDS = 100

export interface ConnectionsOptions {
  /** @default a new agent that keeps connections */
  readonly agent?: NotingAgent
  /** For connecting, with TLS. */
  readonly connectTimeoutMilliseconds?: number
}

export function createConnections(options: ConnectionsOptions = {}): Connections {
  const { agent = new NotingAgent({ keepAlive: true }), connectTimeoutMilliseconds = CONNECT_TIMEOUT_MILLISECONDS } =
    options
  agent.connectTimeoutMilliseconds = connectTimeoutMilliseconds
  const handler = new NodeHttpHandler({ httpsAgent: agent, throwOnRequestTimeout: true })
  // The SDK's type of a body is wider than what this handler returns.
  const send: Connections['handle'] = (request, given) => handler.handle(request as never, given) as never
  return {
    async handle(request, given) {
      try {
        return await send(request, given)
      } catch (error) {
        // The server had closed the idle connection before it saw the request (often while Lambda had frozen the function). So sending it again
        // is the first real delivery, not a retry.
        if (!agent.isStale(error)) throw connectionError(error, request, agent)
      }
      return await send(request, given).catch((error: unknown) => {
        throw connectionError(error, request, agent)
      })
    },
  }
}

function connectionError(error: unknown, { hostname }: SdkRequest, agent: NotingAgent): ConnectionError {
  if (error instanceof ConnectionError) return error
  const name = error instanceof Error ? error.name : ''
  const code = error instanceof Error && 'code' in error ? `${error.code}` : ''
  const failure =
    name === 'AbortError'
      ? 'aborted'
      : agent.isUnconnected(error) || /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/.test(code)
        ? 'unreachable'
        : name === 'TimeoutError' && code === 'ETIMEDOUT'
          ? 'timeout'
          : 'broken'
  return new ConnectionError(failure, hostname, error)
}

/** An agent that notes for an error whether its connection was ever established, and whether it had been idle. */
export class NotingAgent extends Agent {
  connectTimeoutMilliseconds = CONNECT_TIMEOUT_MILLISECONDS
  readonly #stale = new WeakSet<Error>()
  readonly #unconnected = new WeakSet<Error>()

  constructor(options: AgentOptions) {
    super({ maxSockets: Number.POSITIVE_INFINITY, ...options })
  }

  isStale(error: unknown): boolean {
    return error instanceof Error && this.#stale.has(error)
  }

  isUnconnected(error: unknown): boolean {
    return error instanceof Error && this.#unconnected.has(error)
  }

  override createConnection(...given: Parameters<Agent['createConnection']>): Duplex | null | undefined {
    const socket = this.connect(...given)
    // A connection counts as established after TLS. A route that drops packets must not use up the request's time, and nothing was sent yet.
    const late = setTimeout(() => socket.destroy(new Error('no connection in time')), this.connectTimeoutMilliseconds)
    const note = (error: Error) => this.#unconnected.add(error)
    const settled = () => clearTimeout(late)
    socket.once('error', note)
    socket.once('close', settled)
    socket.once('secureConnect', () => {
      settled()
      socket.off('error', note)
    })
    return socket
  }

  protected connect(...given: Parameters<Agent['createConnection']>): Duplex {
    return super.createConnection(...given) as TLSSocket
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    const started = performance.now()
    let answered = false
    request.once('response', () => {
      answered = true
    })
    request.prependOnceListener('error', (error: Error & { code?: string }) => {
      const early = !answered && performance.now() - started < STALE_WITHIN_MILLISECONDS
      if (early && /^(ECONNRESET|EPIPE)$/.test(`${error.code}`)) this.#stale.add(error)
    })
  }
}

/** The answer's body as text. Events are used instead of an iterator, which costs three times as much. */
export function collect(body: Readable, host: string, maximumBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    body.on('data', (chunk: Buffer) => {
      length += chunk.byteLength
      if (length > maximumBytes) body.destroy(new ConnectionError('tooLarge', host))
      else chunks.push(chunk)
    })
    body.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    body.once('error', (error) =>
      reject(error instanceof ConnectionError ? error : new ConnectionError('broken', host, error)),
    )
    // The connection was closed by us, or by a server without a reason; after `end` nobody listens to this event.
    body.once('close', () => reject(new ConnectionError('broken', host)))
  })
}
