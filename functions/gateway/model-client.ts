/** Calls a model through the tenant's own endpoint, with the tenant's own credentials. */
import type { TenantConfiguration } from '../../shared/tenant.ts'
import type { AwsCredentials, SignedCall, SignedOpenCall } from './aws.ts'
import { createSignedCall, createSignedOpenCall } from './aws.ts'
import type { Credentials } from './credentials.ts'
import { type Deadline, deadlineExceeded, within } from './deadline.ts'
import type { Frame } from './event-stream.ts'
import { MODEL_ANSWER_BYTES, MODEL_ATTEMPTS, RETRY_BASE_MILLISECONDS } from './limits.ts'
import { failureOf, type ModelFailure, transportFailure } from './model-errors.ts'
import { framesOf } from './model-frames.ts'
import { jitter } from './retry.ts'
import { type Answer, collect, type OpenTransport, type Transport, TransportError } from './transport.ts'

export interface ModelClientOptions {
  readonly region: string
  readonly transport: Transport
  readonly openTransport: OpenTransport
  readonly credentials: Credentials
  readonly now: () => number
  readonly random: () => number
  readonly pause: (milliseconds: number) => Promise<void>
}

/** Bedrock's operations that answer whole, and those that stream; as the last part of their path. */
export type WholeOperation = 'converse' | 'invoke' | 'count-tokens'
export type StreamOperation = 'converse-stream' | 'invoke-with-response-stream'

export interface ModelCall<Operation> {
  readonly operation: Operation
  readonly configuration: Pick<TenantConfiguration, 'endpoint' | 'roleArn' | 'externalId'>
  /** Bedrock's id, not the tenant's name for it. */
  readonly modelId: string
  /** Bedrock's request as JSON; it goes out as it is. */
  readonly body: string
  readonly deadline: Deadline
  readonly signal: AbortSignal
  /** Told of every attempt, for the log line. */
  readonly onAttempt: (attempt: number) => void
}

/** Rejects with a `GatewayError`. Calls are repeated before the first byte of an answer only. */
export interface ModelClient {
  whole(call: ModelCall<WholeOperation>): Promise<Answer>
  /** Once Bedrock's status line is there; see `ModelStream.batches`. */
  stream(call: ModelCall<StreamOperation>): Promise<AsyncIterable<readonly Frame[]>>
}

export function createModelClient(options: ModelClientOptions): ModelClient {
  const perSession = signersPerSession(options)
  return {
    whole: (call) =>
      repeating(call, options, async (session, timeoutMilliseconds) => {
        const answer = await perSession(session).whole({ ...exchangeOf(call), timeoutMilliseconds })
        return answer.status === 200 ? { answer } : { failure: failureOf(answer, call.body) }
      }),
    stream: (call) =>
      repeating(call, options, async (session, timeoutMilliseconds) => {
        const exchange = { ...exchangeOf(call), timeoutMilliseconds }
        const opened = await perSession(session).open(exchange)
        if (opened.status === 200) return { answer: framesOf(opened.body, call) }
        const body = await collect(opened.body, { ...exchange, method: 'POST' })
        return { failure: failureOf({ ...opened, body }, call.body) }
      }),
  }
}

const exchangeOf = ({
  operation,
  configuration,
  modelId,
  body,
  signal,
}: ModelCall<WholeOperation | StreamOperation>) => ({
  host: configuration.endpoint,
  path: `/model/${encodeURIComponent(modelId)}/${operation}`,
  headers: {
    'content-type': 'application/json',
    accept: operation.endsWith('stream') ? 'application/vnd.amazon.eventstream' : 'application/json',
  },
  body,
  signal,
  maximumBytes: MODEL_ANSWER_BYTES,
})

type Attempt<T> = { readonly answer: T } | { readonly failure: ModelFailure }

async function repeating<T>(
  { configuration, deadline, onAttempt }: ModelCall<unknown>,
  { credentials, random, pause }: ModelClientOptions,
  once: (session: AwsCredentials, timeoutMilliseconds: number) => Promise<Attempt<T>>,
): Promise<T> {
  let renewals = 0
  for (let attempt = 1; ; attempt++) {
    onAttempt(attempt)
    const waiting = credentials.get(configuration)
    const session = await within(deadline, "waiting for credentials of the tenant's account", waiting)
    const timeoutMilliseconds = deadline.remaining()
    if (timeoutMilliseconds === 0) throw deadlineExceeded('waiting for the model')
    const made = await once(session, timeoutMilliseconds).catch((error: unknown): Attempt<T> => {
      if (error instanceof TransportError) return { failure: transportFailure(error) }
      throw error
    })
    if ('answer' in made) return made.answer
    const { error, next, retryAfterSeconds = 0 } = made.failure
    if (next === 'renewCredentials') credentials.drop()
    const repeat = attempt < MODEL_ATTEMPTS && (next === 'repeat' || (next === 'renewCredentials' && renewals++ === 0))
    const wait =
      next === 'repeat' ? Math.max(retryAfterSeconds * 1000, jitter(random, RETRY_BASE_MILLISECONDS, attempt)) : 0
    if (!repeat || wait >= deadline.remaining()) throw error
    await pause(wait)
  }
}

interface Signers {
  readonly whole: SignedCall
  readonly open: SignedOpenCall
}

/** A signer keeps the day's signing key, so it is made once per session. */
function signersPerSession({
  transport,
  openTransport,
  region,
  now,
}: ModelClientOptions): (session: AwsCredentials) => Signers {
  const calls = new WeakMap<AwsCredentials, Signers>()
  return (session) => {
    const known = calls.get(session)
    if (known) return known
    const signer = { credentials: session, region, service: 'bedrock', now }
    const made = {
      whole: createSignedCall({ ...signer, transport }),
      open: createSignedOpenCall({ ...signer, transport: openTransport }),
    }
    calls.set(session, made)
    return made
  }
}
