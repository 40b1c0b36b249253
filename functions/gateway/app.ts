/** The gateway without Lambda, load balancer or server: it takes a request and returns an answer. */
import type { RequestContext } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { type Answer, headersOf, type IncomingRequest } from './http.ts'
import type { Log } from './log.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { createMatcher } from './path.ts'
import { type ServeDependencies, serve } from './request-checks.ts'
import { createExchange, type Settling } from './request-record.ts'
import { answerError } from './respond.ts'
import { gatewayShape } from './shapes/gateway.ts'
import type { Shape } from './shapes/shape.ts'
import { toError } from './to-error.ts'
import { traceparentOf } from './trace.ts'

/** @typeParam Given what the adapter turns an answer into */
export interface AppDependencies<Given = Answer> extends ServeDependencies {
  readonly settling: Settling
  readonly log: Log
  /**
   * What the adapter does with an answer before the request counts as answered, such as collecting a stream within its limits. A `GatewayError`
   * that it throws is answered in the operation's form.
   */
  readonly deliver: (answer: Answer) => Promise<Given>
  /** @default all operations */
  readonly operations?: readonly Operation[]
}

/** The request; if it could not even be read, the error to answer, with what is known about the request. */
export type Incoming =
  | IncomingRequest
  | { readonly error: GatewayError; readonly method: string; readonly path: string }

const NO_HEADERS = headersOf(new Map())

export type App<Given = Answer> = (incoming: Incoming, context: RequestContext) => Promise<Given>

/** Never rejects: every failure is an answer of the closed list. */
export function createApp<Given>(dependencies: AppDependencies<Given>): App<Given> {
  const { tenantId, now, log, operations = OPERATIONS, deliver, settling } = dependencies
  const match = createMatcher(operations, tenantId)
  return async (incoming, context) => {
    const exchange = createExchange(context, tenantId, now(), log, settling)
    let shape: Shape = gatewayShape
    try {
      const headers = 'error' in incoming ? NO_HEADERS : incoming.headers
      const traceparent = traceparentOf(headers.get('traceparent'))
      if (traceparent !== undefined) exchange.record.traceparent = traceparent
      const matched = match(incoming.method, incoming.path, headers)
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
