/** Separate lines for alarms: about budgets that are nearly used up, and about use that could not be recorded. */
import { nanoDollarsOf, WARN_AT } from '../../../shared/limits.ts'
import { minuteOf, monthOf, type ScopeKind, type UsageItem } from '../../../shared/usage-table.ts'
import type { Exceeded } from './exceeded.ts'
import type { Scope } from './scope.ts'

export interface MeterWarning {
  /**
   * `budget`: `warnAt` percent are used, or a request was refused because of the budget. `unsettled`: a reservation stays until it expires,
   * because the counter was out of reach.
   */
  readonly warning: 'budget' | 'unsettled'
  readonly tenant: string
  readonly scope: ScopeKind
  /** The model's name, or the id that is computed from the caller's issuer and subject. */
  readonly name?: string
  /** The percentage of the budget that is used or reserved, rounded down. */
  readonly percent?: number
  /** A request was refused. */
  readonly refused?: true
}

export interface Warnings {
  /** Warns once for each month and budget, when the spending reaches the budget's percentage. */
  budget(scope: Scope, item: UsageItem | undefined): void
  /**
   * Warns once for each month and budget, when a request is refused because of it. Expensive requests are refused before `warnAt` percent are
   * spent. A request that costs more than the whole budget causes no warning, because it says nothing about what is left.
   */
  refused(scope: Scope, exceeded: Exceeded, now: number): void
  unsettled(scope: Scope): void
}

/** How many budgets this process remembers to have warned of, one for each month. */
const WARNINGS = 1_000

export function createWarnings(tenantId: string, warn: (line: MeterWarning) => void): Warnings {
  const warned = new Set<string>()
  function once(id: string, line: MeterWarning): void {
    if (warned.has(id)) return
    if (warned.size >= WARNINGS) warned.clear()
    warned.add(id)
    warn(line)
  }
  const nameOf = ({ kind, name }: Scope) => ({ tenant: tenantId, scope: kind, ...(name !== undefined && { name }) })
  return {
    budget(scope, item) {
      const { dollarsPerMonth, warnAt = WARN_AT } = scope.limits
      if (!item || dollarsPerMonth === undefined) return
      const percent = Math.floor((item.spent / nanoDollarsOf(dollarsPerMonth)) * 100)
      if (percent >= warnAt)
        once(`${scope.key} ${monthOf(item.minute)}`, { warning: 'budget', ...nameOf(scope), percent })
    },
    refused(scope, { exceeded: { limit, used, most }, wanted }, now) {
      if (limit !== 'dollarsPerMonth' || wanted > most) return
      const percent = Math.floor((used / most) * 100)
      const line = { warning: 'budget', ...nameOf(scope), percent, refused: true } as const
      once(`${scope.key} ${monthOf(minuteOf(now))} refused`, line)
    },
    unsettled: (scope) => warn({ warning: 'unsettled', ...nameOf(scope) }),
  }
}
