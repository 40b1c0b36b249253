/**
 * The table of counters: one item for a tenant, for each of its callers and for each of its models that has a limit. The gateway
 * writes them, reports and commands read them. An item has the windows of its last minute: what they come to later is computed.
 */
import type { ScopeLimits } from './limits.ts'
import { nanoDollarsOf } from './limits.ts'

/** The hash key, a text that begins with the tenant's id and `#`; there is no range key. `dynamodb:LeadingKeys` bounds who writes. */
export const USAGE_KEY = 'scope'
/** Epoch seconds after which an item says nothing any more: TTL of the table. */
export const USAGE_TTL = 'ttl'

export type ScopeKind = 'tenant' | 'user' | 'model'

/** @param name of a user: its `callerId`; of a model: the tenant's name for it */
export const scopeKey = (tenantId: string, kind: ScopeKind, name?: string): string =>
  [tenantId, kind, ...(name === undefined ? [] : [name])].join('#')

/**
 * A hold belongs to a request that is under way. Holds are added up in blocks of some minutes, none of which is in two days. A
 * block that is older than the longest request (an hour on Fargate, and two minutes for clocks and rounding) holds what processes
 * left behind that were killed, and counts no more.
 */
const HOLD_BLOCK_MINUTES = 4
export const HOLD_MINUTES = HOLD_BLOCK_MINUTES + 62
/** The first minute of the block. */
export const holdBlock = (minute: number): number => minute - (minute % HOLD_BLOCK_MINUTES)

/** All figures are whole numbers. A day and a month are those of `minute`, in UTC. */
export interface UsageItem {
  /** Minutes since 1970: the last one in which something was reserved. */
  readonly minute: number
  /** Of that minute, and of the one before it. What is reserved counts as used until it is settled. */
  readonly requests: number
  readonly tokens: number
  readonly requestsBefore: number
  readonly tokensBefore: number
  /** Tokens of that minute's day, and of the day before it. */
  readonly dayTokens: number
  readonly dayTokensBefore: number
  /** Nano-dollars of that minute's month, and of the month before it. */
  readonly spent: number
  readonly spentBefore: number
  /** What of the above is held for requests under way, by {@link holdBlock} of the minute in which it was reserved. */
  readonly heldNanoDollars: Readonly<Record<string, number>>
  readonly heldTokens: Readonly<Record<string, number>>
  /** Nano-dollars of holds that expired, ever: requests whose cost is not known here. Reconciliation finds it. */
  readonly lost: number
  /** Requests under way, where they are limited: when each ends at the latest, in epoch seconds. */
  readonly leases: Readonly<Record<string, number>>
}

export const NO_USAGE: Omit<UsageItem, 'minute'> = {
  requests: 0,
  tokens: 0,
  requestsBefore: 0,
  tokensBefore: 0,
  dayTokens: 0,
  dayTokensBefore: 0,
  spent: 0,
  spentBefore: 0,
  heldNanoDollars: {},
  heldTokens: {},
  lost: 0,
  leases: {},
}

type Attribute = { readonly N?: unknown; readonly M?: unknown }

/**
 * An item as DynamoDB answers it.
 * @returns undefined for what is no such item
 */
export function readUsage(attributes: unknown): UsageItem | undefined {
  const item = entriesOf(attributes)
  const minute = numberOf(item.minute)
  if (minute === undefined) return undefined
  const figure = (name: keyof UsageItem) => numberOf(item[name]) ?? 0
  const figures = (name: keyof UsageItem) =>
    Object.fromEntries(
      Object.entries(entriesOf((item[name] as Attribute | undefined)?.M)).map(([key, one]) => [
        key,
        numberOf(one) ?? 0,
      ]),
    )
  return {
    minute,
    requests: figure('requests'),
    tokens: figure('tokens'),
    requestsBefore: figure('requestsBefore'),
    tokensBefore: figure('tokensBefore'),
    dayTokens: figure('dayTokens'),
    dayTokensBefore: figure('dayTokensBefore'),
    spent: figure('spent'),
    spentBefore: figure('spentBefore'),
    heldNanoDollars: figures('heldNanoDollars'),
    heldTokens: figures('heldTokens'),
    lost: figure('lost'),
    leases: figures('leases'),
  }
}

const entriesOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

function numberOf(value: unknown): number | undefined {
  const text = (value as Attribute | undefined)?.N
  const number = typeof text === 'string' ? Number(text) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

export const MINUTE_MILLISECONDS = 60_000
const DAY_MINUTES = 1440

export const minuteOf = (now: number): number => Math.floor(now / MINUTE_MILLISECONDS)
/** Days since 1970. */
export const dayOf = (minute: number): number => Math.floor(minute / DAY_MINUTES)
/** Months since the year 0. */
export function monthOf(minute: number): number {
  const date = new Date(minute * MINUTE_MILLISECONDS)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
/** Epoch milliseconds at which a month begins. */
export const monthBegins = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12)

/**
 * An item as it counts at a time: windows that have passed are empty, holds and leases that are too old are gone. A clock that is
 * behind the item's own minute counts as that minute's first moment.
 */
export function usageAt(item: UsageItem, now: number): UsageItem {
  const minute = Math.max(item.minute, minuteOf(now))
  const shifted = <Value>(periods: number, current: Value, before: Value, none: Value): [Value, Value] =>
    periods === 0 ? [current, before] : periods === 1 ? [none, current] : [none, none]
  const minutes = minute - item.minute
  const [requests, requestsBefore] = shifted(minutes, item.requests, item.requestsBefore, 0)
  const [tokens, tokensBefore] = shifted(minutes, item.tokens, item.tokensBefore, 0)
  const days = dayOf(minute) - dayOf(item.minute)
  const [dayTokens, dayTokensBefore] = shifted(days, item.dayTokens, item.dayTokensBefore, 0)
  const months = monthOf(minute) - monthOf(item.minute)
  const [spent, spentBefore] = shifted(months, item.spent, item.spentBefore, 0)
  const dollars = expired(item.heldNanoDollars, minute)
  const held = expired(item.heldTokens, minute)
  const inMonth = (of: number) => sum(dollars.filter(([key]) => monthOf(Number(key)) === of))
  const inDay = (of: number) => sum(held.filter(([key]) => dayOf(Number(key)) === of))
  return {
    minute,
    requests,
    requestsBefore,
    tokens,
    tokensBefore,
    dayTokens: dayTokens - inDay(dayOf(minute)),
    dayTokensBefore: dayTokensBefore - inDay(dayOf(minute) - 1),
    spent: spent - inMonth(monthOf(minute)),
    spentBefore: spentBefore - inMonth(monthOf(minute) - 1),
    heldNanoDollars: without(item.heldNanoDollars, dollars),
    heldTokens: without(item.heldTokens, held),
    lost: item.lost + sum(dollars),
    leases: Object.fromEntries(Object.entries(item.leases).filter(([, end]) => end * 1000 > now)),
  }
}

/** Entries that are too old to be anybody's. */
export const expired = (holds: Readonly<Record<string, number>>, minute: number): readonly [string, number][] =>
  Object.entries(holds).filter(([key]) => Number(key) <= minute - HOLD_MINUTES)

const sum = (entries: readonly (readonly [string, number])[]): number =>
  entries.reduce((total, [, value]) => total + value, 0)

const without = (holds: Readonly<Record<string, number>>, gone: readonly (readonly [string, number])[]) =>
  Object.fromEntries(Object.entries(holds).filter(([key]) => !gone.some(([other]) => other === key)))

/**
 * How much of the previous minute still counts at this point of the minute: all of it at the beginning, nothing at the end. It is
 * rounded down to whole requests, so that after a minute's worth of requests the next one waits for less than a second.
 */
export const carried = (before: number, millisecondsLeft: number): number =>
  Math.floor((before * millisecondsLeft) / MINUTE_MILLISECONDS)

/** Of the item's minute; a clock that is behind it sees all of it. */
export const millisecondsLeft = (minute: number, now: number): number =>
  Math.min(MINUTE_MILLISECONDS, Math.max(1, (minute + 1) * MINUTE_MILLISECONDS - now))

export type CountedLimit = Exclude<keyof ScopeLimits, 'warnAt'>

/** How far one limit is used up. Money is in nano-dollars. */
export interface LimitState {
  readonly limit: CountedLimit
  readonly most: number
  readonly used: number
  /** Never below zero. */
  readonly left: number
  /** Epoch milliseconds at which all of it is free again, if nothing more is used; of running requests, now. */
  readonly resetsAt: number
}

/** @param item undefined: nothing was ever counted */
export function limitStates(item: UsageItem | undefined, limits: ScopeLimits, now: number): readonly LimitState[] {
  const at = usageAt(item ?? { ...NO_USAGE, minute: minuteOf(now) }, now)
  const left = millisecondsLeft(at.minute, now)
  const minuteEnds = (current: number) => (at.minute + (current > 0 ? 2 : 1)) * MINUTE_MILLISECONDS
  const used: Readonly<Record<CountedLimit, readonly [used: number, resetsAt: number]>> = {
    requestsPerMinute: [at.requests + carried(at.requestsBefore, left), minuteEnds(at.requests)],
    tokensPerMinute: [at.tokens + carried(at.tokensBefore, left), minuteEnds(at.tokens)],
    tokensPerDay: [at.dayTokens, (dayOf(at.minute) + 1) * DAY_MINUTES * MINUTE_MILLISECONDS],
    dollarsPerMonth: [at.spent, monthBegins(monthOf(at.minute) + 1)],
    concurrentRequests: [Object.keys(at.leases).length, now],
  }
  return (Object.keys(used) as CountedLimit[]).flatMap((limit) => {
    const given = limits[limit]
    if (given === undefined) return []
    const most = limit === 'dollarsPerMonth' ? nanoDollarsOf(given) : given
    const [amount, resetsAt] = used[limit]
    return [{ limit, most, used: amount, left: Math.max(0, most - amount), resetsAt }]
  })
}
