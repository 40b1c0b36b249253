/** The request function, without Lambda and the load balancer around it: `Request` in, `Response` out. */
import { decisionOf } from './audit.ts'
import type { Authenticate } from './authenticate.ts'
import { createDeadline, type Deadline, type RequestContext, within } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { fitsLoadBalancer } from './event.ts'
import { describeCause, elapsed, type Log, type LogRecord, timed } from './log.ts'
import { type ConverseAnswer, parseConverseAnswer } from './model-answer.ts'
import type { Models } from './models.ts'
import { type ModelRequest, parseConverse, parseInvoke, readBody } from './request.ts'
import { answer, answerError, bedrockHeaders } from './respond.ts'
import { isBedrockPath, matchRoute, type Route } from './route.ts'
import type { Routing } from './routing.ts'
import type { Tenant } from './tenant-items.ts'

export interface AppDependencies {
  readonly tenantId: string
  readonly authenticate: Authenticate
  readonly routing: Pick<Routing, 'get'>
  readonly models: Models
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What was asked; a request that could not even be read comes as the error to answer, with what is known of it. */
export type Incoming = Request | { readonly error: GatewayError; readonly method: string; readonly path: string }

export type App = (incoming: Incoming, context: RequestContext) => Promise<Response>

/** Never rejects: every failure is an answer of the closed list. */
export function createApp(dependencies: AppDependencies): App {
  return async (incoming, context) => {
    const started = performance.now()
    const requestId = context.awsRequestId
    const record: LogRecord = {
      time: new Date(dependencies.now()).toISOString(),
      requestId,
      tenant: dependencies.tenantId,
      milliseconds: {},
    }
    let response: Response
    try {
      response = await serve(incoming, createDeadline(context), requestId, record, dependencies)
      record.outcome = 'ok'
    } catch (thrown) {
      const error = thrown instanceof GatewayError ? thrown : internal(thrown)
      const path = 'error' in incoming ? incoming.path : new URL(incoming.url).pathname
      response = answerError(error, requestId, isBedrockPath(path) ? 'bedrock' : 'gateway')
      record.outcome = error.code
      if (error.user !== undefined) record.user = error.user
      const cause = describeCause(error)
      if (cause !== undefined) record.cause = cause
    }
    Object.assign(record, decisionOf(record.outcome))
    record.status = response.status
    record.milliseconds.total = elapsed(started)
    dependencies.log(record)
    return response
  }
}

async function serve(
  incoming: Incoming,
  deadline: Deadline,
  requestId: string,
  record: LogRecord,
  { tenantId, authenticate, routing, models }: AppDependencies,
): Promise<Response> {
  if ('error' in incoming) throw incoming.error
  const url = new URL(incoming.url)
  const route = matchRoute(incoming.method, url.pathname, tenantId)
  record.operation = route.operation

  const caller = await timed(record, 'authenticate', () =>
    within(deadline, 'verifying the token', authenticate(incoming.headers.get('authorization'))),
  )
  record.user = caller.user
  refuseQuery(url)

  const tenant = requireActive(
    await timed(record, 'routing', () => within(deadline, "reading the tenant's configuration", routing.get())),
    tenantId,
  )
  if (route.operation === 'models') return answerModels(tenant, requestId)

  const request = await timed(record, 'body', () => readModelRequest(incoming, route, tenant))
  record.model = request.model

  const converse = parseConverseAnswer(
    await timed(record, 'model', () =>
      models.converse({
        configuration: tenant.configuration,
        modelId: request.modelId,
        body: request.body,
        deadline,
        onAttempt: (attempt) => {
          record.attempts = attempt
        },
      }),
    ),
  )
  record.usage = converse.usage
  record.stopReason = converse.stopReason
  return route.operation === 'invoke'
    ? answerInvoke(tenantId, request, converse, requestId)
    : answerConverse(converse, requestId)
}

/** No path has parameters; a token in the query string would end up in access logs. */
function refuseQuery(url: URL): void {
  if (url.search === '') return
  throw new GatewayError('query_not_supported', 'This path takes no query string. Put everything into the body.')
}

function requireActive(tenant: Tenant | undefined, tenantId: string): Tenant {
  if (!tenant) throw new GatewayError('tenant_unknown', `There is no tenant ${tenantId} (any more).`)
  if (tenant.suspended) {
    throw new GatewayError('tenant_suspended', `The tenant ${tenantId} is suspended. Ask the platform's operators.`)
  }
  return tenant
}

async function readModelRequest(
  incoming: Request,
  route: Exclude<Route, { operation: 'models' }>,
  { configuration }: Tenant,
): Promise<ModelRequest> {
  const text = await readBody(incoming)
  return route.operation === 'invoke'
    ? parseInvoke(text, configuration)
    : parseConverse(text, route.model, configuration)
}

function answerModels({ configuration }: Tenant, requestId: string): Response {
  const { tenantId, models, defaultModel } = configuration
  const body = { tenant: tenantId, models: Object.keys(models).sort(), defaultModel, requestId }
  return answer(JSON.stringify(body), requestId)
}

function answerInvoke(tenant: string, { model }: ModelRequest, converse: ConverseAnswer, requestId: string): Response {
  const { output, stopReason, usage } = converse
  return answer(fitting(JSON.stringify({ tenant, model, output, stopReason, usage, requestId })), requestId)
}

function answerConverse({ json }: ConverseAnswer, requestId: string): Response {
  return answer(fitting(json), requestId, bedrockHeaders(requestId))
}

function fitting(body: string): string {
  if (fitsLoadBalancer(body)) return body
  throw new GatewayError(
    'answer_too_large',
    "The model's answer is over 1 MB, the most the load balancer passes on. Ask for fewer maxTokens or smaller images.",
  )
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
