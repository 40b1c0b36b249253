/**
 * Guardrails that an account has enforced on all of its calls (`PutEnforcedGuardrailConfiguration`). They are no resource of the AWS provider's
 * version, so they are kept here, for as long as the local cloud runs.
 */
import type { LedgerView } from '../../ledger/ledger.ts'

export interface Enforced {
  readonly configId: string
  readonly guardrailArn: string
  readonly guardrailVersion: string
  /** `SELECTIVE` looks at what a caller has marked, where anything is. */
  readonly selectiveContentGuarding: { readonly messages: string; readonly system: string }
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly updatedBy: string
}

/** By account and region, of one cloud: its ledger stands for it. */
const ENFORCED = new WeakMap<LedgerView, Map<string, readonly Enforced[]>>()

type Where = { readonly ledger: LedgerView; readonly account: string; readonly region: string }

export const enforcedIn = ({ ledger, account, region }: Where): readonly Enforced[] =>
  ENFORCED.get(ledger)?.get(`${account} ${region}`) ?? []

export function enforce({ ledger, account, region }: Where, all: readonly Enforced[]): void {
  const ofCloud = ENFORCED.get(ledger) ?? new Map<string, readonly Enforced[]>()
  ENFORCED.set(ledger, ofCloud.set(`${account} ${region}`, all))
}
