/** A local socket for one listener, for clients at one place of the network: TLS, HTTP/2, HTTP/1.1, and the client's path. */
import { createServer as createHttpServer } from 'node:http'
import { createSecureServer, Http2ServerResponse, type Http2Session } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { AwsError } from '../../errors.ts'
import type { Path, Refusal } from '../../network/path.ts'
import type { Authority } from '../../wire/authority.ts'
import { page } from './answer.ts'
import type { Incoming, Outgoing } from './client-request.ts'
import { MAX_CONCURRENT_STREAMS, MAX_HANDSHAKE_SECONDS, MAX_HEADERS_BYTES } from './constants.ts'
import type { Binding } from './declared/listener.ts'

export interface ListenerPortOptions {
  /** The local port; 0 for any free port. */
  readonly port: number
  /**
   * Reads the current declaration.
   * @throws if the listener was deleted
   */
  readonly listener: () => Binding
  /** Finds the network path, for each new connection. */
  readonly lookUp: (listener: Binding) => Path | Refusal
  readonly authority: Pick<Authority, 'issue'>
  /** The names on the certificate that the listener declares. */
  readonly certificateNames: (certificateArn: string) => readonly string[]
  /** @param listener the declaration when the request arrives; it is read once for each request */
  readonly serve: (
    listener: Binding,
    path: Path,
    remotePort: number,
    incoming: Incoming,
    outgoing: Outgoing,
  ) => Promise<void>
  /** Called for errors of the stand-in itself. */
  readonly onFault: (error: unknown) => void
}

export interface ListenerPort {
  readonly port: number
  /** Closes the socket and cuts its connections. */
  close(): Promise<void>
}

/** The parser accepts headers that are somewhat larger than allowed, so that the load balancer answers them and not the parser. */
const PARSER_BYTES = MAX_HEADERS_BYTES * 2
/** The load balancer closes an idle connection a moment later than it would answer an idle request on it. */
const GRACE_MS = 1_000

/** @throws Error that names the port and the remedy if the port is in use */
export async function openListenerPort(options: ListenerPortOptions): Promise<ListenerPort> {
  const inner = innerServer(options)
  const connections = new Map<number, { readonly path: Path; readonly since: number }>()
  const sockets = new Set<Socket>()
  const handle = (incoming: Incoming, outgoing: Outgoing) => {
    const remotePort = incoming.socket.remotePort ?? 0
    const connection = connections.get(remotePort)
    const binding = connection && ifReadable(options, options.listener)
    if (!connection || !binding) return void outgoing.destroy()
    if (performance.now() - connection.since > binding.balancer.clientKeepAliveSeconds * 1000) lastOf(outgoing)
    void options.serve(binding, connection.path, remotePort, incoming, outgoing)
  }
  inner.on('request', handle)
  // Otherwise Node would answer an unknown expectation itself, without an access log line.
  inner.on('checkExpectation', handle)
  const front = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    const { remotePort = 0 } = socket
    socket.once('close', () => {
      sockets.delete(socket)
      connections.delete(remotePort)
    })
    socket.on('error', () => socket.destroy())
    const outcome = ifReadable(options, () => options.lookUp(options.listener()))
    if (outcome === undefined || (!outcome.reachable && outcome.shows === 'notFound')) socket.resetAndDestroy()
    else if (outcome.reachable) {
      connections.set(remotePort, { path: outcome, since: performance.now() })
      inner.emit('connection', socket)
      socket.resume()
    }
    // Otherwise packets are lost: the connection stays open, and nothing answers. What the client sends is discarded.
    else socket.resume()
  })
  await listen(front, options.port)
  return {
    port: (front.address() as AddressInfo).port,
    close: () =>
      new Promise((closed) => {
        front.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** @returns undefined if the listener was deleted or cannot be read */
function ifReadable<T>({ onFault }: ListenerPortOptions, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof AwsError)) onFault(error)
    return undefined
  }
}

/** Tells the client in the answer that the connection takes no further request. */
function lastOf(outgoing: Outgoing): void {
  if (outgoing instanceof Http2ServerResponse) outgoing.stream.session?.close()
  else outgoing.shouldKeepAlive = false
}

function innerServer(options: ListenerPortOptions): Server {
  const { tls, balancer } = options.listener()
  const idle = balancer.idleTimeoutSeconds * 1000
  const limits = { maxHeaderSize: PARSER_BYTES, insecureHTTPParser: false, keepAliveTimeout: idle }
  if (!tls) {
    const server = createHttpServer({ ...limits, requestTimeout: 0, headersTimeout: 0 })
    server.setTimeout(idle + GRACE_MS)
    server.on('clientError', badRequest)
    return server
  }
  const contexts = secureContexts(options)
  const secure = {
    ...limits,
    minVersion: tls.minVersion,
    handshakeTimeout: Math.min(idle, MAX_HANDSHAKE_SECONDS * 1000),
    ...contexts(),
    SNICallback(_: string, proceed: (error: Error | null, context?: SecureContext) => void) {
      try {
        proceed(null, contexts().context)
      } catch (error) {
        proceed(error instanceof Error ? error : new Error(String(error)))
      }
    },
  }
  const server = balancer.http2
    ? createSecureServer({
        ...secure,
        allowHTTP1: true,
        settings: { maxHeaderListSize: PARSER_BYTES, maxConcurrentStreams: MAX_CONCURRENT_STREAMS },
      })
    : createHttpsServer({ ...secure, requestTimeout: 0, headersTimeout: 0 })
  server.setTimeout(idle + GRACE_MS)
  server.on('session', (session: Http2Session) => restIsShort(session, idle))
  server.on('clientError', badRequest)
  return server
}

/**
 * A session without requests is closed after the idle timeout, even if it sends pings, which AWS does not count. While a session has a request,
 * the request's own idle timeout applies.
 */
function restIsShort(session: Http2Session, idle: number): void {
  // Pings reset Node's own timer.
  session.setTimeout(0)
  let requests = 0
  let rest = setTimeout(() => session.close(), idle)
  session.on('stream', (stream) => {
    clearTimeout(rest)
    requests += 1
    stream.once('close', () => {
      requests -= 1
      if (requests === 0 && !session.destroyed) rest = setTimeout(() => session.close(), idle)
    })
  })
  session.once('close', () => clearTimeout(rest))
}

/** The certificates that the listener declares now, for their own names and for `localhost`. */
function secureContexts({ listener, certificateNames, authority }: ListenerPortOptions) {
  const made = new Map<string, SecureContext>()
  return () => {
    const { tls } = listener()
    if (!tls) throw new Error('The listener has no certificate any more.')
    const names = [...certificateNames(tls.certificateArn), 'localhost']
    const { key, cert } = authority.issue(names)
    const context = made.get(cert) ?? createSecureContext({ key, cert })
    made.set(cert, context)
    return { key, cert, context }
  }
}

/** Answers a request that the parser refuses because it is malformed, or ambiguous in a way that request smuggling uses. */
function badRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const { headers, body } = page(400)
  // Without a TLS handshake no answer can be sent.
  if (!socket.writable || /^ERR_(TLS|SSL)_/.test(error.code ?? '')) return void socket.destroy()
  const lines = [...headers, ['content-length', String(Buffer.byteLength(body))], ['server', 'awselb/2.0']]
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 400 Bad Request\r\n${head}connection: close\r\n\r\n${body}`)
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      failed(
        error.code === 'EADDRINUSE'
          ? portTaken(port, error)
          : error.code === 'EACCES'
            ? portDenied(port, error)
            : error,
      )
    })
    server.listen(port, '127.0.0.1', listening)
  })
}

const portTaken = (port: number, cause: Error) =>
  new Error(
    `Port ${port} on 127.0.0.1 is in use by another program, perhaps a local cloud that still runs. Stop it, or choose another port.`,
    { cause },
  )

const portDenied = (port: number, cause: Error) =>
  new Error(`This user may not listen on port ${port}: choose a port of 1024 or above.`, { cause })
