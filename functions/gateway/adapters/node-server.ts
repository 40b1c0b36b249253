/** The gateway as a `node:http` server: its answers stream, it notices clients that leave, and it answers all requests before it stops. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { HEALTH_PATH } from '../../../shared/tenant.ts'
import type { App } from '../app.ts'
import { deadlineExceeded } from '../deadline.ts'
import { GatewayError } from '../errors.ts'
import { clientLeft } from '../stream.ts'
import type { Gauge } from './gauge.ts'
import { fromMessage, send } from './node-request.ts'

export interface ServerOptions {
  readonly app: App
  /** For a whole request with its answer. */
  readonly totalMilliseconds: number
  /** How long an idle connection is kept: longer than by the load balancer, which otherwise answers 502. */
  readonly keepAliveMilliseconds: number
  /** Counts the requests in flight, without health checks. */
  readonly gauge?: Gauge
}

export interface GatewayServer {
  readonly server: Server
  /**
   * Answers the running requests, and accepts no more. Requests that still run after `milliseconds` are ended with an error. Resolves when no
   * request is running.
   */
  stop(milliseconds: number): Promise<void>
}

/** The size of one request's headers that the load balancer passes on. */
const MAXIMUM_HEADER_BYTES = 64 * 1024

export function createGatewayServer(options: ServerOptions): GatewayServer {
  const underWay = new Map<ServerResponse, AbortController>()
  let stopping: { readonly idle: () => void } | undefined

  const server = createServer({ maxHeaderSize: MAXIMUM_HEADER_BYTES }, (message, response) => {
    if (stopping) response.setHeader('connection', 'close')
    if (message.url === HEALTH_PATH) return health(response, stopping === undefined)
    const abort = new AbortController()
    const answered = options.gauge?.begin()
    underWay.set(response, abort)
    response.once('close', () => {
      if (!response.writableFinished) abort.abort(clientLeft())
    })
    void serve(message, response, abort.signal, options)
      .catch(() => response.destroy())
      .finally(() => {
        underWay.delete(response)
        answered?.()
        if (underWay.size === 0) stopping?.idle()
      })
  })
  server.keepAliveTimeout = options.keepAliveMilliseconds

  return {
    server,
    async stop(milliseconds) {
      const { promise, resolve } = Promise.withResolvers<void>()
      stopping = { idle: resolve }
      const late = setTimeout(() => {
        for (const abort of underWay.values()) abort.abort(deadlineExceeded('the gateway was replaced'))
      }, milliseconds)
      if (underWay.size > 0) await promise
      clearTimeout(late)
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      await closed
    },
  }
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
  { app, totalMilliseconds }: ServerOptions,
): Promise<void> {
  const started = performance.now()
  const request = fromMessage(message, signal)
  const { method = '', url = '' } = message
  const incoming = request instanceof GatewayError ? { error: request, method, path: url.split('?')[0] ?? '' } : request
  const answer = await app(incoming, {
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => totalMilliseconds - (performance.now() - started),
  })
  await send(answer, response)
  // A body that was not read would be taken for the next request.
  if (!message.complete) response.once('finish', () => message.destroy())
}

function health(response: ServerResponse, healthy: boolean): void {
  response.writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain', 'cache-control': 'no-store' })
  response.end(healthy ? 'ok' : 'stopping')
}
