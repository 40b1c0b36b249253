/**
 * The network as clients of the local cloud see it. Each place in the network has a TLS port, on which all of AWS's host names answer that can
 * be reached from this place.
 */

import { UnsupportedError } from '../errors.ts'
import type { Origin, Path, Reach, Refusal } from '../network/path.ts'
import { type Observers, UNWATCHED } from '../observer.ts'
import type { Authority } from './authority.ts'
import {
  ConnectionCut,
  type Service,
  type Surroundings,
  type WholeResponse,
  type WireRequest,
  type WireResponse,
} from './service.ts'
import { unsupportedOperation, unsupportedService } from './unsupported.ts'
import type { WireCall } from './wire-call.ts'
import type { WireFaults } from './wire-faults.ts'
import { type OpenPort, openPort } from './wire-port.ts'
import { regionOf, serviceOf, sourceContext, sourcePolicy } from './wire-source.ts'

export interface WireOptions {
  readonly surroundings: Surroundings
  readonly services: readonly Service[]
  readonly authority: Pick<Authority, 'issue'>
  readonly reach: Reach
  /** @default no faults */
  readonly faults?: WireFaults
  readonly observe?: (event: WireEvent) => void
  /** @default no observers */
  readonly observers?: Pick<Observers, 'watched' | 'tell' | 'during'>
  /**
   * Called for errors of the stand-in itself, for which clients get a 500.
   * @default prints to standard error
   */
  readonly onFault?: (error: unknown) => void
  /**
   * Called once for each thing that the local cloud does not support.
   * @default prints to standard error
   */
  readonly onUnsupported?: (message: string) => void
}

/** Events for an observer. They contain no secrets. */
export type WireEvent =
  | {
      readonly kind: 'connection'
      readonly from: Origin
      readonly host: string
      readonly port: number
      readonly outcome: Path | Refusal
    }
  | {
      readonly kind: 'request'
      readonly from: Origin
      readonly host: string
      readonly service: string
      readonly operation: string
      readonly status: number
      readonly path: Path
      readonly errorCode?: string
      /** The ARN of the role whose credentials signed, and the session's account. */
      readonly session?: string
      readonly account?: string
    }

export interface Wire {
  /**
   * Opens a port on 127.0.0.1 for connections from the place `from`.
   * @param port
   * @default any free port
   */
  open(from: Origin, port?: number): Promise<OpenPort>
  /**
   * Makes a call from inside the local cloud, such as the load balancer's fetch of a key set, with the same lookup and dispatch. The answer is
   * always complete, also if the service streams.
   */
  call(from: Origin, call: WireCall): Promise<WholeResponse | Refusal>
  /** Closes all ports and cuts their connections. */
  close(): Promise<void>
}

export type { WireCall } from './wire-call.ts'
export type { OpenPort } from './wire-port.ts'

/** The port of all AWS services. */
const HTTPS = 443

export function startWire(options: WireOptions): Wire {
  const { surroundings, services, authority, faults = NO_FAULTS, observe, onFault = printFault } = options
  const { observers = UNWATCHED } = options
  const tellUnsupported = once(options.onUnsupported ?? ((message) => console.error(message)))
  const byName = new Map(services.map((service) => [service.name, service]))
  const open = new Set<OpenPort>()

  function dispatch(from: Origin, path: Path, call: WireCall): Promise<WireResponse> {
    if (!observers.watched) return serve(from, path, call)
    return observers.during(async (number) => {
      const { host, headers } = call
      const traceId = headers?.['x-amzn-trace-id']
      const service = serviceOf(path)
      const begun = performance.now()
      observers.tell({ kind: 'called', call: number, from, host, service, path, ...(traceId && { traceId }) })
      const response = await serve(from, path, call)
      observers.tell({ kind: 'served', call: number, milliseconds: performance.now() - begun, ...told(call, response) })
      return response
    })
  }

  async function serve(from: Origin, path: Path, call: WireCall): Promise<WireResponse> {
    const name = serviceOf(path)
    const service = byName.get(name)
    const response = service
      ? await faults
          .serve({ service: name, from, call }, () => service.handle(wireRequest(surroundings, from, path, call)))
          .catch((error: unknown) => fault(onFault, error))
      : unsupportedService(name, call)
    const missing = response.served?.unsupported
    if (missing !== undefined) tellUnsupported(missing)
    observe?.({
      kind: 'request',
      from,
      host: call.host,
      service: name,
      path,
      ...servedOf(call, response),
    })
    const date = new Date(surroundings.now() * 1000).toUTCString()
    return { ...response, headers: { date, ...response.headers } }
  }

  function connected(from: Origin, host: string, outcome: Path | Refusal): void {
    observe?.({ kind: 'connection', from, host, port: HTTPS, outcome })
    if (observers.watched) observers.tell({ kind: 'connected', from, host, outcome })
  }

  const lookUp = (from: Origin, host: string) => options.reach(surroundings.ledger, from, host, HTTPS)

  return {
    async open(from, port = 0) {
      const opened = await openPort({
        port,
        authority,
        // The path is looked up again after every change of the ledger, so that an open connection ends with its route.
        lookUp: lookUpOnce(
          () => `${surroundings.ledger.version} ${faults.version}`,
          (host) => lookUp(from, host),
        ),
        connected: (host, outcome) => connected(from, host, outcome),
        lost(host, outcome) {
          if (observers.watched) observers.tell({ kind: 'connected', from, host, outcome })
        },
        dispatch: (path, call) => dispatch(from, path, call),
        onFault,
      })
      const close = async () => {
        open.delete(handle)
        await opened.close()
      }
      const handle = { port: opened.port, close }
      open.add(handle)
      return handle
    },
    async call(from, call) {
      const outcome = lookUp(from, call.host)
      connected(from, call.host, outcome)
      if (!outcome.reachable) return outcome
      const response = await dispatch(from, outcome, call)
      if (response.delivery) return undelivered(response.delivery, outcome)
      const body = await whole(response.body)
      return body === 'cut' ? undelivered('half', outcome) : { ...response, ...body }
    },
    async close() {
      await Promise.all([...open].map((port) => port.close()))
    },
  }
}

/** Which operation was served for whom. */
function servedOf(call: WireCall, { status, served }: WireResponse) {
  const { operation = `${call.method} ${call.target.split('?', 1)[0]}`, session, errorCode } = served ?? {}
  return {
    operation,
    status,
    ...(errorCode !== undefined && { errorCode }),
    ...(session && { session: session.roleArn, account: session.account }),
  }
}

/** The same, for an observer. */
function told(call: WireCall, response: WireResponse) {
  const { session: role, ...served } = servedOf(call, response)
  const requestId = response.headers['x-amzn-requestid']
  return { ...served, ...(role !== undefined && { role }), ...(requestId !== undefined && { requestId }) }
}

const NO_FAULTS: WireFaults = { version: 0, serve: (_, handle) => handle() }

/** A caller inside the cloud has no connection: a broken one counts as one that could not be made. */
const undelivered = (delivery: NonNullable<WireResponse['delivery']>, { hops }: Path): Refusal => ({
  reachable: false,
  shows: delivery === 'silence' ? 'timeout' : 'notFound',
  layer: 'endpoint',
  reason: `a fault that was switched on: ${delivery}`,
  hops,
})

async function whole(body: WireResponse['body']): Promise<Pick<WholeResponse, 'body'> | 'cut'> {
  if (typeof body === 'string' || body instanceof Uint8Array) return { body }
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of body) chunks.push(chunk)
  } catch (error) {
    if (error instanceof ConnectionCut) return 'cut'
    throw error
  }
  return { body: Buffer.concat(chunks) }
}

function lookUpOnce(currentVersion: () => string, lookUp: (host: string) => Path | Refusal) {
  const known = new Map<string, { readonly version: string; readonly outcome: Path | Refusal }>()
  return (host: string) => {
    const version = currentVersion()
    const cached = known.get(host)
    if (cached?.version === version) return cached.outcome
    const outcome = lookUp(host)
    known.set(host, { version, outcome })
    return outcome
  }
}

function wireRequest({ ledger }: Surroundings, from: Origin, path: Path, call: WireCall): WireRequest {
  const endpointPolicy = sourcePolicy(ledger, path)
  return {
    method: call.method,
    target: call.target,
    headers: { host: call.host, ...call.headers },
    body: call.body ?? new Uint8Array(),
    from,
    path,
    host: call.host,
    region: regionOf(ledger, path),
    context: sourceContext(ledger, from, path),
    ...(endpointPolicy && { endpointPolicy }),
    signal: call.signal ?? new AbortController().signal,
  }
}

function fault(onFault: (error: unknown) => void, error: unknown): WireResponse {
  if (error instanceof UnsupportedError) return unsupportedOperation(error)
  onFault(error)
  return {
    status: 500,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'InternalServerException' },
    body: JSON.stringify({ __type: 'InternalServerException', message: 'The local cloud failed; see its log.' }),
  }
}

/** Each message is passed on once, because programs try again and again. */
function once(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (told.has(message)) return
    told.add(message)
    tell(message)
  }
}

function printFault(error: unknown): void {
  console.error('A service of the local cloud failed:', error)
}
