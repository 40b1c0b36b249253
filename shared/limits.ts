/**
 * A tenant's limits, from the setting `limits` of its spoke and from the operator's command, which tightens them. A limit that is absent is not
 * counted. The gateway reads the same values from the tenant's items, so this file imports nothing.
 */

/** The limits of the tenant as a whole, of each of its users and machines, or of one of the names in `models`. */
export interface ScopeLimits {
  readonly requestsPerMinute?: number
  /** Input and output tokens. */
  readonly tokensPerMinute?: number
  /** Tokens of a day in UTC. */
  readonly tokensPerDay?: number
  /** US dollars of a calendar month in UTC, with at most six decimals. */
  readonly dollarsPerMonth?: number
  /**
   * The percentage of `dollarsPerMonth` at which the operators are warned.
   * @default 80
   */
  readonly warnAt?: number
  /** For `user` only. The tenant's own number is the reserved concurrency of its function, or follows from its tasks. */
  readonly concurrentRequests?: number
}

export interface Limits {
  readonly tenant?: ScopeLimits
  /** For each user and machine, not for all together. */
  readonly user?: ScopeLimits
  /** By the name in `models`. */
  readonly models?: Readonly<Record<string, ScopeLimits>>
  /**
   * What happens to requests without a dollar limit while the counters are out of reach.
   * @default they are refused
   */
  readonly onLimitsUnavailable?: 'allow'
}

export const WARN_AT = 80

/**
 * The allowed range of each limit. A counter is one item, which accepts about 1,000 writes a second, and a request writes it twice: hence at
 * most 30,000 requests a minute. A user's running requests are entries of the user's item, and each write pays for the item's size.
 */
export const LIMIT_RANGES: Readonly<
  Record<keyof ScopeLimits, { readonly least: number; readonly most: number; readonly why?: string }>
> = {
  requestsPerMinute: {
    least: 1,
    most: 30_000,
    why: 'a counter is one item of DynamoDB, which takes about 1,000 writes a second, and a request is two',
  },
  tokensPerMinute: { least: 1, most: 1_000_000_000 },
  tokensPerDay: { least: 1, most: 1_000_000_000_000 },
  dollarsPerMonth: { least: 0.000_001, most: 1_000_000 },
  warnAt: { least: 1, most: 99 },
  concurrentRequests: { least: 1, most: 100 },
}

/** In billionths of a dollar, as in the counters. */
export const nanoDollarsOf = (dollars: number): number => Math.round(dollars * 1_000_000) * 1_000

/** The names in `models` whose use counts against a limit in dollars. Each of them needs a price. */
export const countedInDollars = ({ tenant, user, models = {} }: Limits, names: readonly string[]): readonly string[] =>
  tenant?.dollarsPerMonth !== undefined || user?.dollarsPerMonth !== undefined
    ? names
    : names.filter((name) => own(models, name)?.dollarsPerMonth !== undefined)

/** A value that is no valid limit. `at` is its path: `.tenant.requestsPerMinute`, `.models["fast"]`; empty for the whole. */
export class LimitsMistake extends Error {
  override readonly name = 'LimitsMistake'
  readonly at: string

  constructor(at: string, message: string) {
    super(message)
    this.at = at
  }
}

/**
 * @param value in the form of JSON; numbers may be texts, because `pulumi config set --path` writes numbers with decimals so
 * @throws LimitsMistake that says what is wrong
 */
export function parseLimits(value: unknown): Limits {
  const given = mapAt('', value)
  const { tenant, user, models, onLimitsUnavailable, ...others } = given
  refuseUnknown('', 'limits', others, ['tenant', 'user', 'models', 'onLimitsUnavailable'])
  if (onLimitsUnavailable !== undefined && onLimitsUnavailable !== 'allow')
    throw new LimitsMistake(
      '.onLimitsUnavailable',
      `onLimitsUnavailable is ${shown(onLimitsUnavailable)}: it is allow, or it is left out.`,
    )
  return {
    ...(tenant !== undefined && { tenant: parseScope('.tenant', 'tenant', tenant) }),
    ...(user !== undefined && { user: parseScope('.user', 'user', user) }),
    ...(models !== undefined && {
      models: Object.fromEntries(
        Object.entries(mapAt('.models', models)).map(([name, one]) => [
          name,
          parseScope(`.models["${name}"]`, 'models', one),
        ]),
      ),
    }),
    ...(onLimitsUnavailable === 'allow' && { onLimitsUnavailable }),
  }
}

export type Scope = 'tenant' | 'user' | 'models'

/** @param at the path, for the error */
export function parseScope(at: string, scope: Scope, value: unknown): ScopeLimits {
  const given = mapAt(at, value)
  const label = at.slice(1)
  refuseUnknown(at, label, given, Object.keys(LIMIT_RANGES))
  if (given.concurrentRequests !== undefined && scope !== 'user')
    throw new LimitsMistake(
      at,
      `${label} has concurrentRequests, which only user may have: of a tenant, the tier says how many requests run at once.`,
    )
  return Object.fromEntries(
    Object.entries(given).map(([name, figure]) => [
      name,
      parseFigure(`${at}.${name}`, name as keyof ScopeLimits, figure),
    ]),
  )
}

function parseFigure(at: string, name: keyof ScopeLimits, figure: unknown): number {
  const { least, most, why } = LIMIT_RANGES[name]
  const dollars = name === 'dollarsPerMonth'
  const text = typeof figure === 'number' || typeof figure === 'string' ? String(figure) : ''
  if (!(dollars ? /^\d{1,15}(\.\d{1,6})?$/ : /^\d{1,15}$/).test(text))
    throw new LimitsMistake(
      at,
      `${at.slice(1)} is ${shown(figure)}, not ${dollars ? 'a number of dollars with at most six decimals' : 'a whole number'}.`,
    )
  const number = Number(text)
  if (number < least || number > most)
    throw new LimitsMistake(
      at,
      `${at.slice(1)} is ${text}: it is from ${least} to ${most}${number > most && why !== undefined ? `, as ${why}` : ''}.`,
    )
  return number
}

function mapAt(at: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new LimitsMistake(at, `${at === '' ? 'it' : at.slice(1)} is ${shown(value)}, not a map.`)
}

function refuseUnknown(at: string, label: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new LimitsMistake(at, `${label} has the unknown entry ${shown(unknown)}: there are ${known.join(', ')}.`)
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/**
 * The limits that apply: the smaller of each number in the stack's file and in the operator's item, so the operator can tighten and never
 * loosen. Only the file may say that requests go on while the counters are out of reach.
 * @returns undefined if nothing is limited
 */
export function tightest(file: Limits | undefined, operator: Limits | undefined): Limits | undefined {
  const tenant = tighter(file?.tenant, operator?.tenant)
  const user = tighter(file?.user, operator?.user)
  const names = new Set([...Object.keys(file?.models ?? {}), ...Object.keys(operator?.models ?? {})])
  const models = [...names].flatMap((name) => {
    const both = tighter(own(file?.models, name), own(operator?.models, name))
    return both ? [[name, both] as const] : []
  })
  if (!tenant && !user && models.length === 0) return undefined
  return {
    ...(tenant && { tenant }),
    ...(user && { user }),
    ...(models.length > 0 && { models: Object.fromEntries(models) }),
    ...(file?.onLimitsUnavailable && { onLimitsUnavailable: file.onLimitsUnavailable }),
  }
}

function tighter(file: ScopeLimits = {}, operator: ScopeLimits = {}): ScopeLimits | undefined {
  const names = Object.keys(LIMIT_RANGES) as (keyof ScopeLimits)[]
  const figures = names.flatMap((name) => {
    const both = [file[name], operator[name]].filter((figure) => figure !== undefined)
    return both.length === 0 ? [] : [[name, Math.min(...both)] as const]
  })
  return figures.length === 0 ? undefined : Object.fromEntries(figures)
}

const own = (models: Limits['models'], name: string): ScopeLimits | undefined =>
  models && Object.hasOwn(models, name) ? models[name] : undefined
