/** The checks that a request must pass before its operation answers it, in their order. */
import type { Authenticate, Caller } from './authenticate.ts'
import type { AuthenticateMachine } from './authenticate-machine.ts'
import { NO_BODY, readBody } from './body.ts'
import { createCall } from './call.ts'
import { within } from './deadline.ts'
import { GatewayError } from './errors.ts'
import type { Answer, IncomingRequest } from './http.ts'
import { timed } from './log.ts'
import type { Metering } from './metering/meter.ts'
import type { ReadUsage } from './metering/usage.ts'
import type { ModelClient } from './model/client.ts'
import type { ComputeKind } from './operation.ts'
import type { Found } from './path.ts'
import type { Exchange } from './request-record.ts'
import type { Shape } from './shapes/shape.ts'
import type { Tenant } from './tenant-items.ts'
import type { Routing } from './tenant-lookup.ts'
import { toError } from './to-error.ts'

export interface ServeDependencies {
  readonly tenantId: string
  readonly compute: ComputeKind
  readonly authenticate: Authenticate
  /** Authenticates the caller of a machine's path. */
  readonly authenticateMachine: AuthenticateMachine
  readonly routing: Pick<Routing, 'get'>
  readonly models: ModelClient
  /** Checks and counts the limits of one request. */
  readonly metering: Metering
  /** Reads the usage of one caller. */
  readonly readUsage: ReadUsage
  /** The current time in epoch milliseconds. */
  readonly now: () => number
}

/**
 * Runs, in this order: who calls, whether the tenant may be served, the body, and the operation.
 * @throws GatewayError of the first check that fails
 */
export async function serve(
  incoming: IncomingRequest,
  { operation, path, machine }: Found,
  shape: Shape,
  exchange: Exchange,
  {
    tenantId,
    compute,
    authenticate,
    authenticateMachine,
    routing,
    models,
    metering,
    readUsage,
    now,
  }: ServeDependencies,
): Promise<Answer> {
  const { record, progress, deadline, requestId, signal } = exchange
  exchange.watch(incoming.signal)
  record.operation = operation.name
  progress.pass('path')

  const configured = () =>
    timed(record, 'routing', () => within(deadline, "reading the tenant's configuration", routing.get()))
  const authorization = incoming.headers.get('authorization')
  // The tenant's configuration names the issuer of a machine's tokens, so the configuration is read first.
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
      compute,
      user: caller.user,
      headers: incoming.headers,
      onAsking: exchange.onAsking,
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

/**
 * This is the only check of blocked callers, and it is in the gateway's code: a token that was issued cannot be revoked, and the load balancer
 * has no list of callers.
 */
function refuseBlocked({ blocked }: Pick<Tenant, 'blocked'>, { id, user, machine }: Caller, now: number): void {
  if ((blocked.get(id) ?? 0) * 1000 <= now) return
  throw new GatewayError(
    'caller_blocked',
    "The operators have blocked this caller's tokens. Ask them, or whoever runs the machine.",
    { user, ...(machine !== undefined && { machine }) },
  )
}
