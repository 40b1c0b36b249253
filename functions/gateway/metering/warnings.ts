/** Lines of their own, for alarms: of budgets that are nearly used up, and of use that could not be written down. */
import { nanoDollarsOf, WARN_AT } from '../../../shared/limits.ts'
import { minuteOf, monthOf, type ScopeKind, type UsageItem } from '../../../shared/usage-table.ts'
import type { Exceeded } from './exceeded.ts'
import type { Scope } from './scope.ts'

export interface MeterWarning {
  /** `budget`: `warnAt` percent are used, or a request was refused for it. `unsettled`: a hold stays until it expires, as the counter was out of reach. */
  readonly warning: 'budget' | 'unsettled'
  readonly tenant: string
  readonly scope: ScopeKind
  /** The model's name, or the id made of the caller's issuer and subject. */
  readonly name?: string
  /** Of the budget, used and reserved, rounded down. */
  readonly percent?: number
  /** Somebody was refused. */
  readonly refused?: true
}

export interface Warnings {
  /** Once a month and budget, when what is spent has come to the budget's percentage. */
  budget(scope: Scope, item: UsageItem | undefined): void
  /**
   * Once a month and budget, when a request is refused for it: dear requests are, before `warnAt` percent are spent. Not of one that is
   * dearer than the whole budget, which says nothing of what is left.
   */
  refused(scope: Scope, exceeded: Exceeded, now: number): void
  unsettled(scope: Scope): void
}

/** Budgets that this process has warned of: a month each. */
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
