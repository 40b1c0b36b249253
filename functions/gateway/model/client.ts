/** Calls a model through the tenant's own endpoint, with the tenant's own credentials. */
import type { TenantConfiguration } from '../../../shared/tenant-configuration.ts'
import { ConnectionError, type Connections, collect } from '../aws/connection.ts'
import type { AwsCredentials, Credentials } from '../aws/tenant-credentials.ts'
import {
  MODEL_ANSWER_BYTES,
  MODEL_ATTEMPTS,
  RETRY_BASE_MILLISECONDS,
  STREAM_LIMITS,
  type StreamLimits,
} from '../constants.ts'
import { type Deadline, deadlineExceeded, within } from '../deadline.ts'
import type { GatewayError } from '../errors.ts'
import { jitter } from '../retry.ts'
import { type Bedrock, type BedrockCall, createBedrock } from './bedrock.ts'
import { type Answer, connectionFailure, failureOf, type ModelFailure } from './errors.ts'
import { type Batches, framesOf } from './frames.ts'

export interface ModelClientOptions {
  readonly region: string
  readonly connections: Connections
  readonly credentials: Credentials
  readonly random: () => number
  readonly pause: (milliseconds: number) => Promise<void>
  /** @default {@link STREAM_LIMITS} */
  readonly limits?: StreamLimits
}

/** Bedrock's operations with a complete answer, and those that stream, named by the last part of their path. */
export type WholeOperation = 'converse' | 'invoke' | 'count-tokens'
export type StreamOperation = 'converse-stream' | 'invoke-with-response-stream'

export interface ModelCall<Operation> {
  readonly operation: Operation
  readonly configuration: Pick<TenantConfiguration, 'endpoint' | 'roleArn' | 'externalId'>
  /** Bedrock's id, not the tenant's name for it. */
  readonly modelId: string
  /** Bedrock's request as JSON, which is sent unchanged. */
  readonly body: string
  /** Further headers of the request: `x-amzn-bedrock-…`. */
  readonly headers: Readonly<Record<string, string>>
  /** The caller's trace, for every model that is asked. */
  readonly traceparent?: string
  readonly deadline: Deadline
  readonly signal: AbortSignal
  /** The models that are asked, in this order, when Bedrock has no capacity for `modelId`. */
  readonly others?: readonly OtherModel[]
  /**
   * Called for every attempt, for the log line.
   * @param modelId the model that is asked
   */
  readonly onAttempt: (attempt: number, modelId: string) => void
  /** Called with the headers of every answer, also of a refusal. */
  readonly onHeaders: (headers: Answer['headers']) => void
  /** Called before anything is sent: from then on the model may have worked. */
  readonly onSend: () => void
}

/** What is sent to one model. */
type Target = Pick<ModelCall<unknown>, 'modelId' | 'body' | 'headers'>

export interface OtherModel {
  readonly modelId: string
  /**
   * Makes the request for this model, when it is asked and not before.
   * @returns undefined if the request cannot be sent to this model
   */
  readonly sent: () => Omit<Target, 'modelId'> | undefined
}

/** Rejects with a `GatewayError`. Calls are repeated before the first byte of an answer only. */
export interface ModelClient {
  whole(call: ModelCall<WholeOperation>): Promise<Answer>
  /** Resolves when Bedrock's status line has arrived; see `ModelStream.batches`. */
  stream(call: ModelCall<StreamOperation>): Promise<Batches>
}

export function createModelClient(options: ModelClientOptions): ModelClient {
  const bedrockFor = bedrockPerSession(options)
  const open = async (
    call: ModelCall<WholeOperation | StreamOperation>,
    session: AwsCredentials,
    { modelId, body, headers }: Target,
    timeoutMilliseconds: number,
  ) => {
    const { operation, configuration, signal, traceparent } = call
    const all = traceparent === undefined ? headers : { ...headers, traceparent }
    const sent: BedrockCall = {
      operation,
      modelId,
      body,
      headers: all,
      signal,
      timeoutMilliseconds,
    }
    call.onSend()
    const response = await bedrockFor(session, configuration.endpoint)(sent)
    call.onHeaders(response.headers)
    return response
  }
  return {
    whole: (call) =>
      repeating(call, options, async (session, target) => {
        const { statusCode, headers, body } = await open(call, session, target, call.deadline.remaining())
        // The rest of the time is for the answer's body.
        const late = setTimeout(
          () => body.destroy(new ConnectionError('timeout', call.configuration.endpoint)),
          call.deadline.remaining(),
        )
        const text = await collect(body, call.configuration.endpoint, MODEL_ANSWER_BYTES).finally(() =>
          clearTimeout(late),
        )
        const answer = { status: statusCode, headers, body: text }
        return statusCode === 200 ? { answer } : { failure: failureOf(answer, target.body) }
      }),
    stream: (call) =>
      repeating(call, options, async (session, target) => {
        const { statusCode, headers, body } = await open(call, session, target, call.deadline.remaining())
        if (statusCode === 200)
          return { answer: framesOf(body, { ...call, body: target.body }, options.limits ?? STREAM_LIMITS) }
        const text = await collect(body, call.configuration.endpoint, MODEL_ANSWER_BYTES)
        return { failure: failureOf({ status: statusCode, headers, body: text }, target.body) }
      }),
  }
}

type Attempt<T> = { readonly answer: T } | { readonly failure: ModelFailure }

/**
 * A model and those listed after it share one number of attempts. The next model is asked at once when Bedrock has no capacity for the one
 * before, and when it refuses a request that the first model might have accepted. If a call gets no answer at all, no further attempt is made,
 * because the call may have cost money.
 */
async function repeating<T>(
  call: ModelCall<unknown>,
  { credentials, random, pause }: ModelClientOptions,
  once: (session: AwsCredentials, target: Target) => Promise<Attempt<T>>,
): Promise<T> {
  const { configuration, deadline, onAttempt } = call
  const next = othersOf(call.others ?? [])
  let target: Target = call
  /** The answer of the first model, which had no capacity: the caller gets it if no other model answers. */
  let full: GatewayError | undefined
  let renewals = 0
  for (let attempt = 1; ; attempt++) {
    onAttempt(attempt, target.modelId)
    const waiting = credentials.get(configuration)
    const session = await within(deadline, "waiting for credentials of the tenant's account", waiting)
    if (deadline.remaining() === 0) throw deadlineExceeded('waiting for the model')
    const made = await once(session, target).catch((error: unknown): Attempt<T> => {
      if (error instanceof ConnectionError) return { failure: connectionFailure(error) }
      throw error
    })
    if ('answer' in made) return made.answer
    const { error, next: then, elsewhere, retryAfterSeconds = 0 } = made.failure
    if (then === 'renewCredentials') credentials.drop()
    const more = attempt < MODEL_ATTEMPTS
    const other = more && elsewhere(full !== undefined) ? next() : undefined
    if (other) {
      full ??= error
      target = other
      continue
    }
    const repeat = more && (then === 'repeat' || (then === 'renewCredentials' && renewals++ === 0))
    const wait =
      then === 'repeat' ? Math.max(retryAfterSeconds * 1000, jitter(random, RETRY_BASE_MILLISECONDS, attempt)) : 0
    if (!repeat || wait >= deadline.remaining()) throw (elsewhere(true) && full) || error
    await pause(wait)
  }
}

/** Yields the other models one after the other, without those to which the request cannot be sent. */
function othersOf(others: readonly OtherModel[]): () => Target | undefined {
  const left = [...others]
  return () => {
    for (;;) {
      const other = left.shift()
      if (!other) return undefined
      const sent = other.sent()
      if (sent) return { modelId: other.modelId, ...sent }
    }
  }
}

/** Makes one client for each session, because a client keeps the day's signing key. */
function bedrockPerSession({
  region,
  connections,
}: ModelClientOptions): (session: AwsCredentials, endpoint: string) => Bedrock {
  let held: { readonly session: AwsCredentials; readonly endpoint: string; readonly bedrock: Bedrock } | undefined
  return (session, endpoint) => {
    if (held?.session !== session || held.endpoint !== endpoint) {
      held = { session, endpoint, bedrock: createBedrock({ region, endpoint, credentials: session, connections }) }
    }
    return held.bedrock
  }
}
