/**
 * An operation: one thing that a caller can ask of the gateway. Each is one file in operations/, which says how it is matched,
 * answered and in whose shape; `operations.ts` lists them. README.md has an example.
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
  /** As the audit line names it: small letters and `_`. */
  readonly name: string
  readonly method: 'GET' | 'POST'
  /** Below the tenant, such as `/model/{model}/converse`; `{…}` is one part of the path, decoded for {@link Call.path}. */
  readonly path: string
  /** In whose shape errors and answers are; by the request's headers where two kinds of clients share a path. */
  readonly shape: Shape | ((headers: RequestHeaders) => Shape)
}

export interface OfferedOperation extends Matched {
  /** Names of the query string that are taken; any other is refused. @default none */
  readonly query?: readonly string[]
  answer(call: Call): Promise<Answer>
}

/** Known, and not offered: told before anything else is looked at, a token included. */
export interface RefusedOperation extends Matched {
  refuse(): GatewayError
}

/** What runs a tenant's gateway. */
export type ComputeKind = 'lambda' | 'fargate'

export type Operation = OfferedOperation | RefusedOperation

/** One request as an operation gets it: authenticated, of an active tenant, its body read. */
export interface Call {
  readonly requestId: string
  readonly tenant: TenantConfiguration
  /** What this gateway runs on. */
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
  /** Aborted when the client has left or the request's time is over. Calls of a model end by themselves then. */
  readonly signal: AbortSignal
  /**
   * The model that a caller means by the tenant's name for it or by its configured Bedrock id.
   * @throws GatewayError `model_not_allowed`
   */
  model(name: string): Model
  /** The tenant's models. Usage, stop reason and times go into the audit line by themselves. */
  readonly models: ModelCalls
  /** What the caller and the tenant have used of what is limited. @throws GatewayError `limits_unavailable` */
  usage(): Promise<CallerUsage>
  /** 200 with JSON as text, and the shape's headers. */
  json(body: string, headers?: Readonly<Record<string, string>>): Answer
  /** 200 with a model's stream, each event turned into this shape's text. */
  stream<Event>(stream: ModelStream<Event>, encoder: Encoder<Event>, headers?: Readonly<Record<string, string>>): Answer
  /** 200 with a model's stream as its bytes came. */
  passThrough(stream: ModelStream<unknown>, headers?: Readonly<Record<string, string>>): Answer
}
