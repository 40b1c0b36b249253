/** The gateway, without Lambda, the load balancer or a server around it: `Request` in, `Response` out. */
import { createProgress, decisionOf, type Progress } from './audit.ts'
import type { Authenticate } from './authenticate.ts'
import { NO_BODY, readBody } from './body.ts'
import { createCall } from './call.ts'
import { createDeadline, deadlineExceeded, type RequestContext, within } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { describeCause, elapsed, type Log, type LogRecord, timed } from './log.ts'
import type { ModelClient } from './model-client.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { createMatcher, type Found } from './path.ts'
import { answerError } from './respond.ts'
import type { Routing } from './routing.ts'
import { gatewayShape } from './shapes/gateway.ts'
import type { Shape } from './shapes/shape.ts'
import { clientLeft } from './stream.ts'
import type { Tenant } from './tenant-items.ts'

export interface AppDependencies {
  readonly tenantId: string
  readonly authenticate: Authenticate
  readonly routing: Pick<Routing, 'get'>
  readonly models: ModelClient
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /**
   * What the adapter does with an answer before it counts as given, such as collecting a stream within its limits. A
   * `GatewayError` that it throws is answered in the operation's shape.
   */
  readonly deliver?: (response: Response) => Promise<Response>
  /** @default all */
  readonly operations?: readonly Operation[]
}

/** The part of `Request` that the app needs; reading the body may throw a `GatewayError` of the adapter's limits. */
export type IncomingRequest = Pick<Request, 'method' | 'url' | 'headers' | 'arrayBuffer' | 'signal'>

/** What was asked; a request that could not even be read comes as the error to answer, with what is known of it. */
export type Incoming =
  | IncomingRequest
  | { readonly error: GatewayError; readonly method: string; readonly path: string }

export type App = (incoming: Incoming, context: RequestContext) => Promise<Response>

/** Never rejects: every failure is an answer of the closed list. */
export function createApp(dependencies: AppDependencies): App {
  const { tenantId, now, log, operations = OPERATIONS, deliver = async (response) => response } = dependencies
  const match = createMatcher(operations, tenantId)
  return async (incoming, context) => {
    const exchange = createExchange(context, tenantId, now(), log)
    let shape: Shape = gatewayShape
    try {
      const url = 'error' in incoming ? undefined : new URL(incoming.url)
      const headers = 'error' in incoming ? new Headers() : incoming.headers
      const path = 'error' in incoming ? incoming.path : (url?.pathname ?? '')
      const matched = match(incoming.method, path, headers)
      shape = matched.shape
      if ('error' in incoming) throw incoming.error
      if (matched.found instanceof GatewayError) throw matched.found
      const response = await serve(
        incoming,
        url?.searchParams ?? new URLSearchParams(),
        matched.found,
        shape,
        exchange,
        dependencies,
      )
      return exchange.given(await deliver(response))
    } catch (thrown) {
      const error = toError(thrown, exchange.signal)
      return exchange.refused(error, answerError(error, context.awsRequestId, shape))
    }
  }
}

async function serve(
  incoming: IncomingRequest,
  query: URLSearchParams,
  { operation, path }: Found,
  shape: Shape,
  exchange: Exchange,
  { tenantId, authenticate, routing, models }: AppDependencies,
): Promise<Response> {
  const { record, progress, deadline, requestId, signal } = exchange
  exchange.watch(incoming.signal)
  record.operation = operation.name
  progress.pass('path')

  const caller = await timed(record, 'authenticate', () =>
    within(deadline, 'verifying the token', authenticate(incoming.headers.get('authorization'), progress)),
  )
  record.user = caller.user
  refuseQuery(query, operation.query)

  const tenant = requireActive(
    await timed(record, 'routing', () => within(deadline, "reading the tenant's configuration", routing.get())),
    tenantId,
  )
  progress.pass('status')

  const body =
    operation.method === 'GET'
      ? NO_BODY
      : await timed(record, 'body', () => within(deadline, 'reading the body', readBody(incoming)))
  return await operation.answer(
    createCall({
      ...{ requestId, path, query, body, shape, deadline, signal, models, record, progress },
      tenant: tenant.configuration,
      user: caller.user,
      headers: incoming.headers,
      onStream: exchange.onStream,
      toError: (thrown) => toError(thrown, signal),
    }),
  )
}

/** A token in the query string would end up in access logs. */
function refuseQuery(query: URLSearchParams, allowed: readonly string[] = []): void {
  for (const name of query.keys()) {
    if (allowed.includes(name)) continue
    throw new GatewayError(
      'query_not_supported',
      allowed.length === 0
        ? 'This path takes no query string. Put everything into the body.'
        : `Of a query string, this path takes ${allowed.join(', ')} only. Put everything else into the body.`,
    )
  }
}

function requireActive(tenant: Tenant | undefined, tenantId: string): Tenant {
  if (!tenant) throw new GatewayError('tenant_unknown', `There is no tenant ${tenantId} (any more).`)
  if (tenant.suspended) {
    throw new GatewayError('tenant_suspended', `The tenant ${tenantId} is suspended. Ask the platform's operators.`)
  }
  return tenant
}

/** One request from its first byte to its line in the log. */
interface Exchange {
  readonly requestId: string
  readonly record: LogRecord
  readonly progress: Progress
  readonly deadline: ReturnType<typeof createDeadline>
  readonly signal: AbortSignal
  /** Follows the client's own signal. */
  watch(client: AbortSignal | undefined): void
  onStream(stream: 'open' | { readonly error?: unknown }): void
  given(response: Response): Response
  refused(error: GatewayError, response: Response): Response
}

function createExchange(context: RequestContext, tenant: string, time: number, log: Log): Exchange {
  const started = performance.now()
  const requestId = context.awsRequestId
  const record: LogRecord = { time: new Date(time).toISOString(), requestId, tenant, milliseconds: {} }
  const progress = createProgress()
  const deadline = createDeadline(context)
  const abort = new AbortController()
  /** Status line and stream, the two things that must both be over before the line is written. */
  let response: Response | undefined
  let stream: 'none' | 'open' | { readonly error?: unknown } = 'none'
  let total: NodeJS.Timeout | undefined

  function finish(failure?: unknown): void {
    const error = failure === undefined ? undefined : toError(failure, abort.signal)
    record.outcome = error?.code ?? 'ok'
    if (error?.user !== undefined) record.user = error.user
    const cause = error && describeCause(error)
    if (cause !== undefined) record.cause = cause
    Object.assign(record, decisionOf(record.outcome, progress.passed ?? 'none'))
    if (progress.passed) record.passed = progress.passed
    record.status = response?.status ?? 0
    record.milliseconds.total = elapsed(started)
    log(record)
    // Nobody waits any more: what is still under way for this request ends.
    if (error) abort.abort(error)
  }

  return {
    ...{ requestId, record, progress, deadline, signal: abort.signal },
    watch(client) {
      const left = () => abort.abort(clientLeft())
      if (client?.aborted) left()
      else client?.addEventListener('abort', left, { once: true })
    },
    onStream(change) {
      stream = change
      // Whole answers are bounded step by step.
      if (change === 'open') total = setTimeout(() => abort.abort(deadlineExceeded('answering')), deadline.remaining())
      else clearTimeout(total)
      if (change !== 'open' && response) finish(change.error)
    },
    given(given) {
      response = given
      if (stream === 'none') finish()
      else if (stream !== 'open') finish(stream.error)
      return given
    },
    refused(error, given) {
      response = given
      finish(error)
      return given
    },
  }
}

function toError(thrown: unknown, signal: AbortSignal): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  return signal.aborted && signal.reason instanceof GatewayError ? signal.reason : internal(thrown)
}

/** A mistake of ours. Its message may quote anything, so only its kind and place are kept. */
function internal(thrown: unknown): GatewayError {
  const place =
    thrown instanceof Error
      ? thrown.stack
          ?.split('\n')
          .find((line) => line.startsWith('    at '))
          ?.trim()
      : ''
  const cause = new Error(`${thrown instanceof Error ? thrown.name : typeof thrown} ${place ?? ''}`)
  return new GatewayError('internal', 'The gateway failed; nothing in your request is known to be wrong. Try again.', {
    cause,
  })
}
