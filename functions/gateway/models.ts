/** Calls a model through the tenant's own endpoint, with the tenant's own credentials. */
import type { TenantConfiguration } from '../../shared/tenant.ts'
import { type AwsCredentials, createSignedCall, type SignedCall } from './aws.ts'
import type { Credentials } from './credentials.ts'
import { type Deadline, deadlineExceeded, within } from './deadline.ts'
import { LOAD_BALANCER_BYTES, MODEL_ATTEMPTS, RETRY_BASE_MILLISECONDS } from './limits.ts'
import { failureOf, ModelFailure, transportFailure } from './model-errors.ts'
import { jitter, retrying } from './retry.ts'
import { type Answer, type Transport, TransportError } from './transport.ts'

export interface ModelsOptions {
  readonly region: string
  readonly transport: Transport
  readonly credentials: Credentials
  readonly now: () => number
  readonly random: () => number
  readonly pause: (milliseconds: number) => Promise<void>
}

export interface Conversation {
  readonly configuration: TenantConfiguration
  /** Bedrock's id, not the tenant's name for it. */
  readonly modelId: string
  /** Bedrock's Converse request as JSON. */
  readonly body: string
  readonly deadline: Deadline
  /** Told of every attempt, for the log line. */
  readonly onAttempt: (attempt: number) => void
}

export interface Models {
  /** Bedrock's Converse answer as JSON; rejects with a `GatewayError`. */
  converse(conversation: Conversation): Promise<string>
}

export function createModels(options: ModelsOptions): Models {
  const signedCall = signedCallPerSession(options)
  return {
    converse: async (conversation) => {
      const { deadline, onAttempt } = conversation
      let renewals = 0
      try {
        return await retrying(
          (attempt) => {
            onAttempt(attempt)
            return attemptOnce(conversation, options, signedCall)
          },
          {
            attempts: MODEL_ATTEMPTS,
            waitAfter: (error, attempt) => {
              if (!(error instanceof ModelFailure) || error.next === 'final') return undefined
              if (error.next === 'renewCredentials') {
                options.credentials.drop()
                return renewals++ === 0 ? 0 : undefined
              }
              const asked = (error.retryAfterSeconds ?? 0) * 1000
              return Math.max(asked, jitter(options.random, RETRY_BASE_MILLISECONDS, attempt))
            },
            remaining: deadline.remaining,
            pause: options.pause,
          },
        )
      } catch (error) {
        throw error instanceof ModelFailure ? error.error : error
      }
    },
  }
}

async function attemptOnce(
  { configuration, modelId, body, deadline }: Conversation,
  { credentials }: ModelsOptions,
  signedCall: (session: AwsCredentials) => SignedCall,
): Promise<string> {
  const session = await within(
    deadline,
    "waiting for credentials of the tenant's account",
    credentials.get(configuration),
  )
  const timeoutMilliseconds = deadline.remaining()
  if (timeoutMilliseconds === 0) throw deadlineExceeded('waiting for the model')
  let answer: Answer
  try {
    answer = await signedCall(session)({
      host: configuration.endpoint,
      path: `/model/${encodeURIComponent(modelId)}/converse`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      timeoutMilliseconds,
      maximumBytes: LOAD_BALANCER_BYTES,
    })
  } catch (error) {
    throw error instanceof TransportError ? transportFailure(error) : error
  }
  if (answer.status !== 200) throw failureOf(answer, body)
  return answer.body
}

/** A signer keeps the day's signing key, so it is made once per session. */
function signedCallPerSession({ transport, region, now }: ModelsOptions): (session: AwsCredentials) => SignedCall {
  const calls = new WeakMap<AwsCredentials, SignedCall>()
  return (session) => {
    const known = calls.get(session)
    if (known) return known
    const call = createSignedCall({ transport, credentials: session, region, service: 'bedrock', now })
    calls.set(session, call)
    return call
  }
}
