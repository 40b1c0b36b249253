/** CloudWatch Logs' limits, as AWS documents them, and values that this stand-in chooses. */

/** Limits of one `PutLogEvents`: the events, the bytes of their messages with 26 more for each, and the time that they may span. */
export const BATCH = { events: 10_000, bytes: 1_048_576, bytesBeside: 26, milliseconds: 24 * 3_600_000 } as const

/**
 * Events whose own time is longer ago than this, or further ahead than the next constant, are rejected. The other events of the request are not.
 */
export const TOO_OLD_MILLISECONDS = 14 * 24 * 3_600_000
export const TOO_NEW_MILLISECONDS = 2 * 3_600_000

export const DAY_MILLISECONDS = 24 * 3_600_000

/** How many events of each log group are kept in memory, and so found by `FilterLogEvents`. */
export const MAX_EVENTS = 10_000

/** The most events that one `FilterLogEvents` returns. */
export const MAX_FOUND = 10_000

/** How long lines are collected before they are delivered to a subscription. AWS collects too, and documents no time. */
export const DELIVERY_DELAY_MILLISECONDS = 50
/** The most lines of one delivery. */
export const DELIVERED_AT_ONCE = 500
/** The most lines that wait for one function. Further lines are an error of delivery. */
export const MAX_WAITING = 20_000
