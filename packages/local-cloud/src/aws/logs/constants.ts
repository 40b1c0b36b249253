/** CloudWatch Logs' limits, as AWS documents them, and the choices of this stand-in. */

/** One `PutLogEvents`: events, bytes of their messages with 26 more for each, and the time that they may span. */
export const BATCH = { events: 10_000, bytes: 1_048_576, bytesBeside: 26, milliseconds: 24 * 3_600_000 } as const

/** By their own time, events older than this, or further ahead, are rejected; the others of the request are not. */
export const TOO_OLD_MILLISECONDS = 14 * 24 * 3_600_000
export const TOO_NEW_MILLISECONDS = 2 * 3_600_000

export const DAY_MILLISECONDS = 24 * 3_600_000

/** Events of each log group that are kept in memory, and so found by `FilterLogEvents`. */
export const MAX_EVENTS = 10_000

/** One `FilterLogEvents`. */
export const MAX_FOUND = 10_000

/** How long lines are gathered before they are delivered to a subscription; AWS gathers too, and promises no time. */
export const DELIVERY_DELAY_MILLISECONDS = 50
/** Lines of one delivery. */
export const DELIVERED_AT_ONCE = 500
/** Lines that wait for one function; what comes then is an error of delivery. */
export const MAX_WAITING = 20_000
