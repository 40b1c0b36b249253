/** The gateway, without Lambda, the load balancer or a server around it: a request in, an answer out. */
import { createProgress, decisionOf, type Progress } from './audit.ts'
import type { Authenticate, Caller } from './authenticate.ts'
import type { AuthenticateMachine } from './authenticate-machine.ts'
import { NO_BODY, readBody } from './body.ts'
import { createCall } from './call.ts'
import { createDeadline, deadlineExceeded, type RequestContext, within } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { type Answer, headersOf, type IncomingRequest } from './http.ts'
import { describeCause, elapsed, type Log, type LogRecord, timed } from './log.ts'
import type { Meter, Metering } from './metering/meter.ts'
import type { ReadUsage } from './metering/usage.ts'
import type { ModelClient } from './model/client.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { createMatcher, type Found } from './path.ts'
import { answerError } from './respond.ts'
import type { Routing } from './routing.ts'
import { gatewayShape } from './shapes/gateway.ts'
import type { Shape } from './shapes/shape.ts'
import { clientLeft } from './stream.ts'
import type { Tenant } from './tenant-items.ts'

/** @typeParam Given what the adapter makes of an answer */
export interface AppDependencies<Given = Answer> {
  readonly tenantId: string
  readonly authenticate: Authenticate
  /** On a machine's path. */
  readonly authenticateMachine: AuthenticateMachine
  readonly routing: Pick<Routing, 'get'>
  readonly models: ModelClient
  /** The limits of one request. */
  readonly metering: Metering
  /** Of one caller. */
  readonly readUsage: ReadUsage
  /**
   * Settling what a request has used: `before` its answer leaves, where nothing runs after it, or off its path; told of it then, to
   * wait for it when the process ends.
   */
  readonly settling: 'before' | ((settled: Promise<void>) => void)
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /**
   * What the adapter does with an answer before it counts as given, such as collecting a stream within its limits. A
   * `GatewayError` that it throws is answered in the operation's shape.
   */
  readonly deliver: (answer: Answer) => Promise<Given>
  /** @default all */
  readonly operations?: readonly Operation[]
}

/** What was asked; a request that could not even be read comes as the error to answer, with what is known of it. */
export type Incoming =
  | IncomingRequest
  | { readonly error: GatewayError; readonly method: string; readonly path: string }

const NO_HEADERS = headersOf(new Map())

/** Kept for the answer to leave, of the time that is left for settling. */
const LEAVING_MILLISECONDS = 150

export type App<Given = Answer> = (incoming: Incoming, context: RequestContext) => Promise<Given>

/** Never rejects: every failure is an answer of the closed list. */
export function createApp<Given>(dependencies: AppDependencies<Given>): App<Given> {
  const { tenantId, now, log, operations = OPERATIONS, deliver, settling } = dependencies
  const match = createMatcher(operations, tenantId)
  return async (incoming, context) => {
    const exchange = createExchange(context, tenantId, now(), log, settling)
    let shape: Shape = gatewayShape
    try {
      const matched = match(incoming.method, incoming.path, 'error' in incoming ? NO_HEADERS : incoming.headers)
      shape = matched.shape
      if ('error' in incoming) throw incoming.error
      if (matched.found instanceof GatewayError) throw matched.found
      const answer = await serve(incoming, matched.found, shape, exchange, dependencies)
      const given = await deliver(answer)
      await exchange.given(answer)
      return given
    } catch (thrown) {
      const error = toError(thrown, exchange.signal)
      const answer = answerError(error, context.awsRequestId, shape)
      await exchange.refused(error, answer)
      return await deliver(answer)
    }
  }
}

async function serve(
  incoming: IncomingRequest,
  { operation, path, machine }: Found,
  shape: Shape,
  exchange: Exchange,
  {
    tenantId,
    authenticate,
    authenticateMachine,
    routing,
    models,
    metering,
    readUsage,
    now,
  }: Pick<
    AppDependencies,
    'tenantId' | 'authenticate' | 'authenticateMachine' | 'routing' | 'models' | 'metering' | 'readUsage' | 'now'
  >,
): Promise<Answer> {
  const { record, progress, deadline, requestId, signal } = exchange
  exchange.watch(incoming.signal)
  record.operation = operation.name
  progress.pass('path')

  const configured = () =>
    timed(record, 'routing', () => within(deadline, "reading the tenant's configuration", routing.get()))
  const authorization = incoming.headers.get('authorization')
  // Whose tokens a machine's are is in the tenant's configuration.
  const trusting = machine === undefined ? undefined : { name: machine, of: (await configured())?.configuration ?? {} }
  const caller = await timed(record, 'authenticate', () =>
    within(
      deadline,
      'verifying the token',
      trusting ? authenticateMachine(authorization, trusting, progress) : authenticate(authorization, progress),
    ),
  )
  record.user = caller.user
  if (caller.machine !== undefined) record.machine = caller.machine
  refuseQuery(incoming.query, operation.query)

  const tenant = requireActive(await configured(), tenantId)
  refuseBlocked(tenant, caller, now())
  progress.pass('status')

  const body =
    operation.method === 'GET'
      ? NO_BODY
      : await timed(record, 'body', () => within(deadline, 'reading the body', readBody(incoming)))
  const { limits, configuration } = tenant
  const meter = metering({
    ...(limits && { limits }),
    ...(configuration.prices && { prices: configuration.prices }),
    caller: caller.id,
    remaining: deadline.remaining,
  })
  exchange.meter(meter)
  return await operation.answer(
    createCall({
      meter,
      usage: () =>
        within(deadline, 'reading the counters', readUsage({ ...(limits && { limits }), caller: caller.id })),
      requestId,
      path,
      query: incoming.query,
      body,
      shape,
      deadline,
      signal,
      models,
      record,
      progress,
      tenant: configuration,
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

/** One lock, and in the program only: nothing takes back a token, and the load balancer knows no lists. */
function refuseBlocked({ blocked }: Pick<Tenant, 'blocked'>, { id, user, machine }: Caller, now: number): void {
  if ((blocked.get(id) ?? 0) * 1000 <= now) return
  throw new GatewayError(
    'caller_blocked',
    "The operators have blocked this caller's tokens. Ask them, or whoever runs the machine.",
    { user, ...(machine !== undefined && { machine }) },
  )
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
  meter(meter: Meter): void
  /** Both resolve when the answer may leave. */
  given(answer: Answer): Promise<void>
  refused(error: GatewayError, answer: Answer): Promise<void>
}

function createExchange(
  context: RequestContext,
  tenant: string,
  time: number,
  log: Log,
  settling: AppDependencies['settling'],
): Exchange {
  const started = performance.now()
  const requestId = context.awsRequestId
  const record: LogRecord = { time: new Date(time).toISOString(), requestId, tenant, milliseconds: {} }
  const progress = createProgress()
  const deadline = createDeadline(context)
  const abort = new AbortController()
  /** Status line and stream, the two things that must both be over before the line is written. */
  let response: Answer | undefined
  let stream: 'none' | 'open' | { readonly error?: unknown } = 'none'
  let total: NodeJS.Timeout | undefined
  let meter: Meter | undefined
  let settled: Promise<void> = Promise.resolve()

  /** Before the first byte of a stream, so that a process that is killed in the middle of it leaves a line. */
  function admit(): void {
    const passed = progress.passed
    const { milliseconds, usageIncomplete: _, ...so } = record
    log({
      ...so,
      phase: 'admission',
      ...decisionOf('ok'),
      ...(passed && { passed }),
      milliseconds: { ...milliseconds },
    })
    record.phase = 'end'
  }

  function finish(failure?: unknown): void {
    const error = failure === undefined ? undefined : toError(failure, abort.signal)
    record.outcome = error?.code ?? 'ok'
    if (error?.user !== undefined) record.user = error.user
    if (error?.machine !== undefined) record.machine = error.machine
    const cause = error && describeCause(error)
    if (cause !== undefined) record.cause = cause
    Object.assign(record, decisionOf(record.outcome, progress.passed ?? 'none'))
    if (progress.passed) record.passed = progress.passed
    // Ours, whatever the caller's shape makes of it: alarms and reports count these.
    record.status = error?.status ?? response?.status ?? 0
    settle()
    record.milliseconds.total = elapsed(started)
    log(record)
    // Nobody waits any more: what is still under way for this request ends.
    if (error) abort.abort(error)
  }

  /** Every request ends here once. */
  function settle(): void {
    if (!meter) return
    const closed = meter.close()
    record.usageIs = closed.charge.is
    if (closed.charge.nanoDollars !== undefined) record.nanoDollars = closed.charge.nanoDollars
    settled = closed.settled
    if (settling !== 'before') settling(settled)
  }

  /** Where the process stops with the answer, it waits; what takes too long stays reserved until it expires. */
  async function mayLeave(): Promise<void> {
    if (settling !== 'before') return
    let late: NodeJS.Timeout | undefined
    const time = new Promise<void>((resolve) => {
      late = setTimeout(resolve, Math.max(0, context.getRemainingTimeInMillis() - LEAVING_MILLISECONDS))
    })
    await Promise.race([settled, time])
    clearTimeout(late)
  }

  return {
    requestId,
    record,
    progress,
    deadline,
    signal: abort.signal,
    meter(made) {
      meter = made
    },
    watch(client) {
      // The adapter may have another reason than that the client left.
      const left = () => abort.abort(client?.reason instanceof GatewayError ? client.reason : clientLeft())
      if (client?.aborted) left()
      else client?.addEventListener('abort', left, { once: true })
    },
    onStream(change) {
      stream = change
      // Whole answers are bounded step by step.
      if (change === 'open') {
        total = setTimeout(() => abort.abort(deadlineExceeded('answering')), deadline.remaining())
        admit()
      } else clearTimeout(total)
      if (change !== 'open' && response) finish(change.error)
    },
    given(given) {
      response = given
      if (stream === 'none') finish()
      else if (stream !== 'open') finish(stream.error)
      return mayLeave()
    },
    refused(error, given) {
      response = given
      finish(error)
      return mayLeave()
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
