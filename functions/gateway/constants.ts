/** Numbers that the request function holds itself and its callers to. */
import { ITEMS_USED_FOR_MILLISECONDS, LOAD_BALANCER_IDLE_SECONDS } from '../../shared/tenant.ts'

/** The load balancer's own limit for a Lambda target, each way: request body, and the whole answer as JSON. */
export const LOAD_BALANCER_BYTES = 1024 * 1024

/** Tokens that a request may ask for: no model on Bedrock writes more; the model's own limit is Bedrock's to check. */
export const MAX_TOKENS = { minimum: 1, maximum: 131_072, default: 1024 } as const
export const TEMPERATURE = { minimum: 0, maximum: 1 } as const

/** Kept back from Lambda's remaining time, so that our 504 leaves before the platform cuts the function off. */
export const DEADLINE_RESERVE_MILLISECONDS = 500

/** A connection in the region opens in single milliseconds; a route that swallows packets must not use up the request. */
export const CONNECT_TIMEOUT_MILLISECONDS = 3_000
/** One attempt at STS, DynamoDB or the key set. */
export const CONTROL_TIMEOUT_MILLISECONDS = 3_000
/** At STS or DynamoDB, the first included. */
export const CONTROL_ATTEMPTS = 2

/** How long a tenant's items are used; a change is obeyed after at most `usable`. */
export const ROUTING_AGE = { fresh: 5_000, usable: ITEMS_USED_FOR_MILLISECONDS, unknown: 2_000 } as const
/** The key set: looked at again every ten minutes, still trusted for an hour while the identity provider is away. */
export const KEY_SET_AGE = { fresh: 600_000, usable: 3_600_000 } as const
/** What was read of the table of key sets: the hub changes it every minute. */
export const STORED_KEY_SET_AGE = { fresh: 15_000, usable: 60_000 } as const
/** Key ids that no key set has, remembered by when they were first seen. */
export const UNKNOWN_KEYS = 1_000
/** Between two reloads that unknown key ids caused: made-up tokens cannot make a process fetch more often than this. */
export const KEY_SET_MISS_MILLISECONDS = 1_000
/** Role chaining allows one hour at most. */
export const SESSION_SECONDS = 3_600
/** Remaining life of credentials: below `refresh` they are renewed in the background, below `unusable` not sent any more. */
export const CREDENTIALS_LEFT = { refresh: 900_000, unusable: 5_000 } as const
/** After a refresh in the background failed. */
export const REFRESH_PAUSE_MILLISECONDS = 5_000

/** Attempts at a model, the first included, and the base of the wait between them. */
export const MODEL_ATTEMPTS = 3
export const RETRY_BASE_MILLISECONDS = 100

/** A whole answer of a model is held in memory; Bedrock's own limit of a body is this. */
export const MODEL_ANSWER_BYTES = 25_000_000
export interface StreamLimits {
  /** From the model's status line to the first event: a model may think long before it says anything. */
  readonly firstEventMilliseconds: number
  /** Between two events; a stream that is silent for longer has failed. */
  readonly idleMilliseconds: number
}
export const STREAM_LIMITS: StreamLimits = { firstEventMilliseconds: 300_000, idleMilliseconds: 120_000 }
/** A caller whose stream is silent for so long gets a sign of life. */
export const KEEP_ALIVE_MILLISECONDS = 15_000

/** The server keeps idle connections for longer than the load balancer, which answers 502 when it meets a closed one. */
export const SERVER_KEEP_ALIVE_SECONDS = LOAD_BALANCER_IDLE_SECONDS + 10
