/** Finds the limit that a request exceeds, from the counter's values. */
import type { ScopeLimits } from '../../../shared/limits.ts'
import {
  type CountedLimit,
  carried,
  type LimitState,
  limitStates,
  MINUTE_MILLISECONDS,
  millisecondsLeft,
  minuteOf,
  NO_USAGE,
  type UsageItem,
  usageAt,
} from '../../../shared/usage-table.ts'
import { type Demand, mostCarried } from './reserve.ts'

export interface Exceeded {
  readonly exceeded: LimitState
  /** The amount that the request needs, in the limit's unit. */
  readonly wanted: number
  /** Milliseconds until the request would fit, if there are no others. Absent: not before the day or month ends, or the limit is changed. */
  readonly fitsIn?: number
  /** The states of all limits of the scope. */
  readonly states: readonly LimitState[]
}

/** If two limits are exceeded, the one with the longer wait is reported. */
const ORDER: readonly CountedLimit[] = [
  'dollarsPerMonth',
  'tokensPerDay',
  'tokensPerMinute',
  'requestsPerMinute',
  'concurrentRequests',
]

/** It is not known how long another request will take. */
const CONCURRENT_MILLISECONDS = 1_000

/** @param item undefined if nothing was counted yet: then only a request that alone exceeds a limit is refused */
export function beyond(
  item: UsageItem | undefined,
  demand: Demand,
  limits: ScopeLimits,
  now: number,
): Exceeded | undefined {
  const states = limitStates(item, limits, now)
  const wanted: Readonly<Record<CountedLimit, number>> = {
    requestsPerMinute: demand.requests,
    tokensPerMinute: demand.tokens,
    tokensPerDay: demand.tokens,
    dollarsPerMonth: demand.nanoDollars,
    concurrentRequests: demand.lease ? 1 : 0,
  }
  for (const limit of ORDER) {
    const state = states.find((one) => one.limit === limit)
    const amount = wanted[limit]
    if (!state || amount === 0 || state.used + amount <= state.most) continue
    const fitsIn = amount > state.most ? undefined : waitFor(limit, item, state.most - amount, now)
    return { exceeded: state, wanted: amount, ...(fitsIn !== undefined && { fitsIn }), states }
  }
  return undefined
}

function waitFor(limit: CountedLimit, item: UsageItem | undefined, room: number, now: number): number | undefined {
  if (limit === 'concurrentRequests') return CONCURRENT_MILLISECONDS
  if (limit !== 'requestsPerMinute' && limit !== 'tokensPerMinute') return undefined
  const at = usageAt(item ?? { ...NO_USAGE, minute: minuteOf(now) }, now)
  const left = millisecondsLeft(at.minute, now)
  const [current, before] =
    limit === 'requestsPerMinute' ? [at.requests, at.requestsBefore] : [at.tokens, at.tokensBefore]
  // Either in this minute, while the previous one counts less and less; or in the next minute, when this one is the previous one.
  return current <= room
    ? left - leftWhen(before, room - current, left)
    : left + MINUTE_MILLISECONDS - leftWhen(current, room, MINUTE_MILLISECONDS)
}

/** With how much of a minute left at most `room` of `before` still counts. */
function leftWhen(before: number, room: number, most: number): number {
  let left = Math.min(most, Math.floor(((room + 1) * MINUTE_MILLISECONDS) / before))
  while (left > 0 && (carried(before, left) > room || mostCarried(room, left) < before)) left--
  return left
}
