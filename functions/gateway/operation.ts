/**
 * The type of an operation, which is one kind of request that the gateway serves. Each operation is one file in operations/, which says how it
 * is matched, how it is answered and in which API's format; `operations.ts` lists them. README.md has an example.
 */
import type { TenantConfiguration } from '../../shared/tenant-configuration.ts'
import type { Body } from './body.ts'
import type { Deadline } from './deadline.ts'
import type { GatewayError } from './errors.ts'
import type { Answer, RequestHeaders } from './http.ts'
import type { CallerUsage } from './metering/usage.ts'
import type { ModelCalls } from './model/calls.ts'
import type { Model } from './model/model.ts'
import type { Shape } from './shapes/shape.ts'
import type { Encoder, ModelStream } from './stream.ts'

interface Matched {
  /** The operation's name in the audit line: small letters and `_`. */
  readonly name: string
  readonly method: 'GET' | 'POST'
  /** Path below the tenant, such as `/model/{model}/converse`. `{…}` stands for one part of the path, which is decoded for {@link Call.path}. */
  readonly path: string
  /** The API in whose format errors and answers are written. If two kinds of clients share a path, the request's headers decide. */
  readonly shape: Shape | ((headers: RequestHeaders) => Shape)
}

export interface OfferedOperation extends Matched {
  /**
   * Names that are accepted in the query string; any other is refused.
   * @default none
   */
  readonly query?: readonly string[]
  answer(call: Call): Promise<Answer>
}

/** A known operation that the gateway does not offer: the caller is told so before anything else is checked, even a token. */
export interface RefusedOperation extends Matched {
  refuse(): GatewayError
}

/** Where a tenant's gateway runs. */
export type ComputeKind = 'lambda' | 'fargate'

export type Operation = OfferedOperation | RefusedOperation

/** A request as its operation gets it: the caller is authenticated, the tenant is active, and the body has been read. */
export interface Call {
  readonly requestId: string
  readonly tenant: TenantConfiguration
  /** Where this gateway runs. */
  readonly compute: ComputeKind
  /** The user's `sub`. */
  readonly user: string
  readonly headers: RequestHeaders
  /** The parts of the path that the operation's pattern names. */
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The body of a POST: one JSON object, as text and parsed. Empty for GET. */
  readonly body: Body
  readonly deadline: Deadline
  /** Aborted when the client has disconnected or the request's time is over. Calls of a model then end by themselves. */
  readonly signal: AbortSignal
  /**
   * The model that a caller means by the tenant's name for it or by its configured Bedrock id.
   * @throws GatewayError `model_not_allowed`
   */
  model(name: string): Model
  /** The tenant's models. Their usage, stop reason and times are written into the audit line automatically. */
  readonly models: ModelCalls
  /**
   * What the caller and the tenant have used of each limit.
   * @throws GatewayError `limits_unavailable`
   */
  usage(): Promise<CallerUsage>
  /** Answers 200 with a JSON text and the shape's headers. */
  json(body: string, headers?: Readonly<Record<string, string>>): Answer
  /** Answers 200 with a model's stream, each event turned into this shape's text. */
  stream<Event>(stream: ModelStream<Event>, encoder: Encoder<Event>, headers?: Readonly<Record<string, string>>): Answer
  /** Answers 200 with a model's stream, its bytes unchanged. */
  passThrough(stream: ModelStream<unknown>, headers?: Readonly<Record<string, string>>): Answer
}
