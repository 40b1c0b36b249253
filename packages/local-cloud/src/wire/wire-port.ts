/** One TLS port on 127.0.0.1 that speaks HTTP/2 and HTTP/1.1; the server name of the handshake says which host is meant. */
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { Path, Refusal } from '../network/path.ts'
import type { Authority, ServerCertificate } from './authority.ts'
import { ConnectionCut, type WireResponse } from './service.ts'
import type { WireCall } from './wire-call.ts'

export interface OpenPort {
  readonly port: number
  /** Closes the port and cuts its connections. */
  close(): Promise<void>
}

export interface PortOptions {
  readonly port: number
  readonly authority: Pick<Authority, 'issue'>
  readonly lookUp: (host: string) => Path | Refusal
  /** Called for each attempt to connect. */
  readonly connected: (host: string, outcome: Path | Refusal) => void
  /** Called for each request on an open connection whose network path no longer exists. */
  readonly lost: (host: string, outcome: Refusal) => void
  readonly dispatch: (path: Path, call: WireCall) => Promise<WireResponse>
  /** Called for an internal error; the client's connection is cut. */
  readonly onFault: (error: unknown) => void
}

/** Higher than every service's own limit (Bedrock's is 25 MB), so that the service refuses a body first. */
const MAX_BODY_BYTES = 32 * 1024 * 1024
/** How long the port waits before it closes the connection of a client that has no route. TCP gives up after about two minutes. */
const LOST_PACKETS_MS = 120_000
/**
 * How long a connection without a request stays open: as long as on an interface endpoint (AWS, "Implementing long-running TCP connections
 * within VPC networking": 350 s, fixed). What public endpoints allow is documented nowhere (?). Node's own 5 s meet a request that is on its way.
 * Spread into the options, because the types of `http2` leave it out.
 */
const IDLE_CONNECTION = { keepAliveTimeout: 350_000 }

export async function openPort(options: PortOptions): Promise<OpenPort> {
  const contexts = secureContexts(options.authority)
  const addresses: Addresses = new WeakMap()
  const server = createSecureServer(
    {
      ...IDLE_CONNECTION,
      allowHTTP1: true,
      handshakeTimeout: LOST_PACKETS_MS,
      minVersion: 'TLSv1.2',
      SNICallback(host, proceed) {
        try {
          const outcome = options.lookUp(host)
          options.connected(host, outcome)
          if (outcome.reachable) proceed(null, contexts(host))
          else if (outcome.shows === 'notFound') proceed(new Error(outcome.reason))
          // Otherwise packets are lost: the handshake does not go on.
        } catch (error) {
          options.onFault(error)
          proceed(error instanceof Error ? error : new Error(String(error)))
        }
      },
    },
    (request, response) => void serve(options, addresses, request, response),
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    // Otherwise the first answer on a new connection waits 40 ms for the client's delayed acknowledgement.
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(options.port, '127.0.0.1', listening)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** The address to which each connection was made. A connection keeps it, even if the host name has other addresses. */
type Addresses = WeakMap<object, string>

async function serve(
  options: PortOptions,
  addresses: Addresses,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  const aborted = new AbortController()
  response.once('close', () => response.writableFinished || aborted.abort())
  try {
    const host = (request.socket as TLSSocket).servername
    // A client without a server name gets no certificate, so there is always a server name here.
    if (!host) throw new Error('A request came without a server name.')
    const outcome = options.lookUp(host)
    if (!outcome.reachable) {
      options.lost(host, outcome)
      return cut(request, outcome)
    }
    const connection = request.stream?.session ?? request.socket
    const connectedTo = addresses.get(connection) ?? outcome.address
    addresses.set(connection, connectedTo)
    // The address of this connection no longer answers, so packets are lost, although a new connection would find another address.
    if (connectedTo !== outcome.address) return void request.resume()
    const body = await readBody(request)
    if (body === 'goneAway') return
    if (body === 'tooLarge') return await send(response, { status: 413, headers: {}, body: '' })
    const call = { host, method: request.method, target: request.url, headers: headersOf(request), body }
    await send(response, await options.dispatch(outcome, { ...call, signal: aborted.signal }))
  } catch (error) {
    // The client has left, so nobody waits for an answer, and the work was stopped for this reason.
    if (aborted.signal.aborted) return
    options.onFault(error)
    response.destroy()
  }
}

/** The address was reachable when the connection was made, and is not any more. */
function cut(request: Http2ServerRequest, refusal: Refusal): void {
  if (refusal.shows === 'notFound') request.socket.destroy()
  else request.resume()
}

async function readBody(request: Http2ServerRequest): Promise<Uint8Array | 'tooLarge' | 'goneAway'> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) return 'tooLarge'
      chunks.push(chunk)
    }
  } catch {
    // Reading a request fails only if the connection broke.
    return 'goneAway'
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

/** The headers without HTTP/2's pseudo-headers. `:authority` becomes `host`, under which it is signed. */
function headersOf(request: Http2ServerRequest): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !name.startsWith(':')) headers[name] = Array.isArray(value) ? value.join(', ') : value
  const authority = request.headers[':authority']
  if (headers.host === undefined && authority !== undefined) headers.host = authority
  return headers
}

async function send(response: Http2ServerResponse, answer: WireResponse): Promise<void> {
  const { status, headers, body, delivery } = answer
  if (response.destroyed || response.writableEnded || delivery === 'silence') return
  if (delivery === 'reset') return void response.socket.destroy()
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return stream(response, { ...answer, body })
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) })
  if (delivery === undefined) return void response.end(bytes)
  const { socket } = response
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => socket.destroy())
}

/** Sends each chunk when it comes, no faster than the client reads. When nobody reads any more, the source is ended. */
async function stream(
  response: Http2ServerResponse,
  { status, headers, body, delivery }: WireResponse & { readonly body: AsyncIterable<Uint8Array> },
): Promise<void> {
  response.writeHead(status, headers)
  // Both of Node's response classes have this method, but the types of one of them do not.
  if ('flushHeaders' in response && typeof response.flushHeaders === 'function') response.flushHeaders()
  const gone = new Promise<void>((closed) => response.once('close', closed))
  let flushed: Promise<void> = Promise.resolve()
  try {
    for await (const chunk of body) {
      if (response.destroyed) return
      const room = write(response, chunk)
      flushed = room.flushed
      if (!room.left) await Promise.race([new Promise<void>((drained) => response.once('drain', drained)), gone])
      if (response.destroyed) return
      // Half of a body without a known length: its first chunk.
      if (delivery === 'half') throw new ConnectionCut()
    }
    response.end()
  } catch (error) {
    if (!(error instanceof ConnectionCut)) throw error
    // Wait until the bytes that were sent have arrived.
    await Promise.race([flushed, gone])
    response.socket.destroy()
  }
}

function write(response: Http2ServerResponse, chunk: Uint8Array): { left: boolean; flushed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { left: response.write(chunk, () => resolve()), flushed: promise }
}

function secureContexts(authority: Pick<Authority, 'issue'>): (host: string) => SecureContext {
  const made = new Map<string, { readonly certificate: ServerCertificate; readonly context: SecureContext }>()
  return (host) => {
    const certificate = authority.issue([host])
    const existing = made.get(host)
    if (existing?.certificate.cert === certificate.cert) return existing.context
    const context = createSecureContext({ key: certificate.key, cert: certificate.cert })
    made.set(host, { certificate, context })
    return context
  }
}
