/** What a caller may see of the counters: the caller's own, the tenant's and its models'. Only what is limited is counted. */
import type { Limits, ScopeLimits } from '../../../shared/limits.ts'
import { limitStates, minuteOf, monthOf, scopeKey, type UsageItem, usageAt } from '../../../shared/usage-table.ts'
import { storeUnavailable } from './refusals.ts'
import type { CounterStore } from './store.ts'

/** Money is in dollars, times are ISO 8601. */
export interface ScopeUsage {
  /** The spending of this month (UTC), with the reservations of running requests. Absent if nothing was counted yet. */
  readonly dollars?: number
  readonly limits: readonly {
    readonly limit: string
    readonly most: number
    readonly used: number
    readonly left: number
    readonly resetsAt: string
  }[]
}

export interface CallerUsage {
  /** `2026-12`, in UTC. */
  readonly month: string
  /** Absent if nothing of the tenant is limited. */
  readonly tenant?: ScopeUsage
  readonly caller?: ScopeUsage
  /** By the tenant's name: the models with limits of their own. */
  readonly models: Readonly<Record<string, ScopeUsage>>
}

export type ReadUsage = (of: { readonly limits?: Limits; readonly caller: string }) => Promise<CallerUsage>

export interface ReadUsageOptions {
  readonly tenantId: string
  /** Absent on a hub without a table of counters. */
  readonly store?: Pick<CounterStore, 'read'>
  readonly now: () => number
}

/** Rejects with a `GatewayError`. */
export function createReadUsage({ tenantId, store, now }: ReadUsageOptions): ReadUsage {
  return async ({ limits = {}, caller }) => {
    const { tenant, user, models = {} } = limits
    const at = now()
    const read = async (key: string, of: ScopeLimits): Promise<ScopeUsage> =>
      scopeUsage(
        await store?.read(key).catch((cause: unknown) => {
          throw storeUnavailable(cause)
        }),
        of,
        at,
      )
    const [ofTenant, ofCaller, ofModels] = await Promise.all([
      tenant && read(scopeKey(tenantId, 'tenant'), tenant),
      user && read(scopeKey(tenantId, 'user', caller), user),
      Promise.all(
        Object.entries(models).map(
          async ([name, of]) => [name, await read(scopeKey(tenantId, 'model', name), of)] as const,
        ),
      ),
    ])
    return {
      month: monthText(at),
      ...(ofTenant && { tenant: ofTenant }),
      ...(ofCaller && { caller: ofCaller }),
      models: Object.fromEntries(ofModels),
    }
  }
}

const NANO = 1_000_000_000

function scopeUsage(item: UsageItem | undefined, limits: ScopeLimits, now: number): ScopeUsage {
  const states = limitStates(item, limits, now).map(({ limit, most, used, left, resetsAt }) => {
    const unit = limit === 'dollarsPerMonth' ? NANO : 1
    return {
      limit,
      most: most / unit,
      used: used / unit,
      left: left / unit,
      resetsAt: new Date(resetsAt).toISOString(),
    }
  })
  return { ...(item && { dollars: usageAt(item, now).spent / NANO }), limits: states }
}

function monthText(now: number): string {
  const month = monthOf(minuteOf(now))
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`
}
