/** Limits and times of the gateway and its callers. */
import { ITEMS_USED_FOR_MILLISECONDS, LOAD_BALANCER_IDLE_SECONDS } from '../../shared/tenant.ts'

/** The load balancer's limit for a Lambda target, in each direction: the request's body, and the whole answer as JSON. */
export const LOAD_BALANCER_BYTES = 1024 * 1024

/** How many tokens a request may ask for. No model on Bedrock writes more; Bedrock checks the model's own limit. */
export const MAX_TOKENS = { minimum: 1, maximum: 131_072, default: 1024 } as const
export const TEMPERATURE = { minimum: 0, maximum: 1 } as const

/** Subtracted from Lambda's remaining time, so that the gateway's 504 is sent before Lambda ends the function. */
export const DEADLINE_RESERVE_MILLISECONDS = 500

/** Connections within a region open in a few milliseconds. A route that drops packets must not use up the request's time. */
export const CONNECT_TIMEOUT_MILLISECONDS = 3_000
/** One attempt at STS, DynamoDB or the key set. */
export const CONTROL_TIMEOUT_MILLISECONDS = 3_000
/** Attempts at STS or DynamoDB, the first included. */
export const CONTROL_ATTEMPTS = 2

/** How long a tenant's items are used. A change is obeyed after at most `usable`. */
export const ROUTING_AGE = { fresh: 5_000, usable: ITEMS_USED_FOR_MILLISECONDS, unknown: 2_000 } as const
/** The key set is fetched again every ten minutes, and still used for an hour while the identity provider is out of reach. */
export const KEY_SET_AGE = { fresh: 600_000, usable: 3_600_000 } as const
/** How long what was read from the table of key sets is used. The hub updates the table every minute. */
export const STORED_KEY_SET_AGE = { fresh: 15_000, usable: 60_000 } as const
/** How many unknown key ids are remembered, with the time at which they were first seen. */
export const UNKNOWN_KEYS = 1_000
/** The shortest time between two reloads because of unknown key ids, so that made-up tokens cannot make a process fetch more often. */
export const KEY_SET_MISS_MILLISECONDS = 1_000
/** Role chaining allows one hour at most. */
export const SESSION_SECONDS = 3_600
/** Remaining life of credentials: below `refresh` they are renewed in the background, below `unusable` they are not used. */
export const CREDENTIALS_LEFT = { refresh: 900_000, unusable: 5_000 } as const
/** The pause after a failed renewal in the background. */
export const REFRESH_PAUSE_MILLISECONDS = 5_000

/** Attempts at a model, the first included, and the base of the pauses between them. */
export const MODEL_ATTEMPTS = 3
export const RETRY_BASE_MILLISECONDS = 100

/** A model's complete answer is kept in memory. This is also Bedrock's limit for a body. */
export const MODEL_ANSWER_BYTES = 25_000_000
export interface StreamLimits {
  /** From the model's status line to its first event: a model may think for long before it answers. */
  readonly firstEventMilliseconds: number
  /** Between two events. A stream that is silent for longer has failed. */
  readonly idleMilliseconds: number
}
export const STREAM_LIMITS: StreamLimits = { firstEventMilliseconds: 300_000, idleMilliseconds: 120_000 }
/** After this much silence in a stream the caller gets a keep-alive. */
export const KEEP_ALIVE_MILLISECONDS = 15_000

/** The server keeps idle connections longer than the load balancer, which answers 502 if it uses a closed one. */
export const SERVER_KEEP_ALIVE_SECONDS = LOAD_BALANCER_IDLE_SECONDS + 10
