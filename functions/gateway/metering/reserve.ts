/**
 * The write that reserves: everything in one conditional `UpdateItem`, so that no two callers get what is there once. Bounds are
 * computed from what is known of the item. They hold as long as its minute is the same and as the minute before had no more than
 * is known; where that is no longer so, the condition fails, DynamoDB answers the item as it is, and the caller tries again.
 */
import { nanoDollarsOf, type ScopeLimits } from '../../../shared/limits.ts'
import {
  carried,
  dayOf,
  expired,
  holdBlock,
  MINUTE_MILLISECONDS,
  millisecondsLeft,
  minuteOf,
  monthBegins,
  monthOf,
  NO_USAGE,
  USAGE_KEY,
  USAGE_TTL,
  type UsageItem,
  usageAt,
} from '../../../shared/usage-table.ts'
import { type Expression, expression, map, type Write } from './expression.ts'

/** What a request needs of a scope. */
export interface Demand {
  /** 0 if a request that was counted already needs more. */
  readonly requests: 0 | 1
  readonly tokens: number
  readonly nanoDollars: number
  /** A place among the running requests. */
  readonly lease?: Lease
}

export interface Lease {
  readonly id: string
  /** The time in seconds since 1970 at which the request is over, whatever happens. */
  readonly until: number
}

/** @param known undefined if there is no item, or none is known */
export function reserveWrite(known: UsageItem | undefined, demand: Demand, limits: ScopeLimits, now: number): Write {
  return known ? changed(known, demand, limits, now) : created(demand, now)
}

/** The first reservation of a counter. It fits, because no limit is below what one request may reserve (see `beyond`). */
function created({ requests, tokens, nanoDollars, lease }: Demand, now: number): Write {
  const minute = minuteOf(now)
  const block = holdBlock(minute)
  const made = expression()
  const item: UsageItem = {
    ...NO_USAGE,
    minute,
    requests,
    tokens,
    dayTokens: tokens,
    spent: nanoDollars,
    heldTokens: { [block]: tokens },
    heldNanoDollars: { [block]: nanoDollars },
    leases: lease ? { [lease.id]: lease.until } : {},
  }
  for (const [name, value] of Object.entries(item))
    made.set(made.path(name), made.value(typeof value === 'number' ? value : map(value)))
  made.set(made.path(USAGE_TTL), made.value(lastSecond(minute)))
  made.require(`attribute_not_exists(${made.path(USAGE_KEY)})`)
  return made.done()
}

/** The end of the next month: until then, the item's month may be needed as the previous one. */
const lastSecond = (minute: number): number => monthBegins(monthOf(minute) + 2) / 1000

function changed(known: UsageItem, demand: Demand, limits: ScopeLimits, now: number): Write {
  const made = expression()
  const { minute } = usageAt(known, now)
  const left = millisecondsLeft(minute, now)
  const minutes = minute - known.minute
  made.require(`${made.path('minute')} = ${made.value(known.minute)}`)

  if (limits.requestsPerMinute !== undefined && demand.requests > 0)
    boundMinute(made, ['requests', known.requestsBefore], minutes, left, limits.requestsPerMinute - demand.requests)
  if (limits.tokensPerMinute !== undefined && demand.tokens > 0)
    boundMinute(made, ['tokens', known.tokensBefore], minutes, left, limits.tokensPerMinute - demand.tokens)
  shift(made, 'requests', minutes, demand.requests, 0)
  shift(made, 'tokens', minutes, demand.tokens, 0)

  const dollars = settleBlocks(made, 'heldNanoDollars', known, minute)
  const held = settleBlocks(made, 'heldTokens', known, minute)
  const days = dayOf(minute) - dayOf(known.minute)
  const freedToday = sumOf(held, (block) => dayOf(block) === dayOf(minute))
  const freedYesterday = sumOf(held, (block) => dayOf(block) === dayOf(minute) - 1)
  if (limits.tokensPerDay !== undefined && demand.tokens > 0 && days === 0)
    atMost(made, 'dayTokens', limits.tokensPerDay - demand.tokens + freedToday)
  shift(made, 'dayTokens', days, demand.tokens - freedToday, -freedYesterday)
  const months = monthOf(minute) - monthOf(known.minute)
  const freedNow = sumOf(dollars, (block) => monthOf(block) === monthOf(minute))
  const freedBefore = sumOf(dollars, (block) => monthOf(block) === monthOf(minute) - 1)
  if (limits.dollarsPerMonth !== undefined && demand.nanoDollars > 0 && months === 0)
    atMost(made, 'spent', nanoDollarsOf(limits.dollarsPerMonth) - demand.nanoDollars + freedNow)
  shift(made, 'spent', months, demand.nanoDollars - freedNow, -freedBefore)
  const lost = sumOf(dollars, () => true)
  if (lost !== 0) add(made, 'lost', lost)

  hold(made, 'heldNanoDollars', minute, demand.nanoDollars)
  hold(made, 'heldTokens', minute, demand.tokens)
  lease(made, known, demand.lease, limits.concurrentRequests, now)
  if (minutes > 0) {
    made.set(made.path('minute'), made.value(minute))
    made.set(made.path(USAGE_TTL), made.value(lastSecond(minute)))
  }
  return made.done()
}

type Counted = 'requests' | 'tokens' | 'dayTokens' | 'spent'

/** @param room how much may have been used before */
function boundMinute(
  made: Expression,
  [name, before]: readonly ['requests' | 'tokens', number],
  minutes: number,
  left: number,
  room: number,
): void {
  if (minutes === 0) {
    atMost(made, `${name}Before`, before)
    atMost(made, name, room - carried(before, left))
  }
  // What the item has for this minute will then be carried over.
  if (minutes === 1) atMost(made, name, mostCarried(room, left))
}

/** The most that a minute may have had, so that at most `room` of it is carried into the next one. */
export function mostCarried(room: number, left: number): number {
  let most = Math.floor(((room + 1) * MINUTE_MILLISECONDS) / left)
  while (carried(most, left) > room) most--
  return most
}

const atMost = (made: Expression, name: string, bound: number): void =>
  made.require(`${made.path(name)} <= ${made.value(bound)}`)

/** A window that continues, or that begins again and is kept as the previous one. */
function shift(made: Expression, name: Counted, periods: number, more: number, beforeMore: number): void {
  const current = made.path(name)
  const plus = (path: string, amount: number) => (amount === 0 ? path : `${path} + ${made.value(amount)}`)
  if (periods === 0) {
    if (more !== 0) made.set(current, plus(current, more))
    if (beforeMore !== 0) add(made, `${name}Before`, beforeMore)
    return
  }
  made.set(made.path(`${name}Before`), periods === 1 ? plus(current, beforeMore) : made.value(0))
  made.set(current, made.value(more))
}

function add(made: Expression, name: string, amount: number): void {
  const path = made.path(name)
  made.set(path, `${path} + ${made.value(amount)}`)
}

type Held = 'heldNanoDollars' | 'heldTokens'

/**
 * Once a minute, blocks to which nothing is added any more are removed when they are empty or too old.
 * @returns the blocks that were too old
 */
function settleBlocks(made: Expression, name: Held, known: UsageItem, minute: number): readonly [string, number][] {
  if (minute === known.minute) return []
  const old = expired(known[name], minute)
  const empty = Object.entries(known[name]).filter(([block, value]) => value === 0 && Number(block) < holdBlock(minute))
  for (const [block, value] of [...old.filter(([, value]) => value !== 0), ...empty]) {
    const path = made.path(name, block)
    made.remove(path)
    made.require(`${path} = ${made.value(value)}`)
  }
  return old
}

const sumOf = (blocks: readonly (readonly [string, number])[], counts: (block: number) => boolean): number =>
  blocks.reduce((sum, [block, value]) => (counts(Number(block)) ? sum + value : sum), 0)

function hold(made: Expression, name: Held, minute: number, amount: number): void {
  if (amount === 0) return
  const path = made.path(name, `${holdBlock(minute)}`)
  made.set(path, `if_not_exists(${path}, ${made.value(0)}) + ${made.value(amount)}`)
}

/** Leases of killed processes are removed in the same write. */
function lease(
  made: Expression,
  known: UsageItem,
  wanted: Lease | undefined,
  most: number | undefined,
  now: number,
): void {
  const over = Object.entries(known.leases).filter(([, until]) => until * 1000 <= now)
  for (const [id, until] of over) {
    const path = made.path('leases', id)
    made.remove(path)
    made.require(`${path} = ${made.value(until)}`)
  }
  if (!wanted) return
  made.set(made.path('leases', wanted.id), made.value(wanted.until))
  if (most !== undefined) made.require(`size(${made.path('leases')}) < ${made.value(most + over.length)}`)
}
