/** Lines of their own, for alarms: of budgets that are nearly used up, and of use that could not be written down. */
import { nanoDollarsOf, WARN_AT } from '../../../shared/limits.ts'
import { monthOf, type ScopeKind, type UsageItem } from '../../../shared/usage-table.ts'
import type { Scope } from './scope.ts'

export interface MeterWarning {
  /** `budget`: more than `warnAt` percent are used. `unsettled`: a hold stays until it expires, as the counter was out of reach. */
  readonly warning: 'budget' | 'unsettled'
  readonly tenant: string
  readonly scope: ScopeKind
  /** The model's name, or the id made of the caller's issuer and subject. */
  readonly name?: string
  readonly percent?: number
}

export interface Warnings {
  /** Once a month and budget, when what is spent has come to the budget's percentage. */
  budget(scope: Scope, item: UsageItem | undefined): void
  unsettled(scope: Scope): void
}

/** Budgets that this process has warned of: a month each. */
const WARNINGS = 1_000

export function createWarnings(tenantId: string, warn: (line: MeterWarning) => void): Warnings {
  const warned = new Set<string>()
  const nameOf = ({ kind, name }: Scope) => ({ tenant: tenantId, scope: kind, ...(name !== undefined && { name }) })
  return {
    budget(scope, item) {
      const { dollarsPerMonth, warnAt = WARN_AT } = scope.limits
      if (!item || dollarsPerMonth === undefined) return
      const percent = Math.floor((item.spent / nanoDollarsOf(dollarsPerMonth)) * 100)
      const id = `${scope.key} ${monthOf(item.minute)}`
      if (percent < warnAt || warned.has(id)) return
      if (warned.size >= WARNINGS) warned.clear()
      warned.add(id)
      warn({ warning: 'budget', ...nameOf(scope), percent })
    },
    unsettled: (scope) => warn({ warning: 'unsettled', ...nameOf(scope) }),
  }
}
