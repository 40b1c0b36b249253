/**
 * Guardrails that an account enforces for all of its calls (`PutEnforcedGuardrailConfiguration`). The AWS provider's version has no resource for
 * them, so they are kept here, in memory.
 */
import type { LedgerView } from '../../ledger/ledger.ts'

export interface Enforced {
  readonly configId: string
  readonly guardrailArn: string
  readonly guardrailVersion: string
  /** With `SELECTIVE`, only marked content is checked, if there is any. */
  readonly selectiveContentGuarding: { readonly messages: string; readonly system: string }
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly updatedBy: string
}

/** Configurations by account and region. The key is the ledger, of which a local cloud has one. */
const ENFORCED = new WeakMap<LedgerView, Map<string, readonly Enforced[]>>()

type Where = { readonly ledger: LedgerView; readonly account: string; readonly region: string }

export const enforcedIn = ({ ledger, account, region }: Where): readonly Enforced[] =>
  ENFORCED.get(ledger)?.get(`${account} ${region}`) ?? []

export function enforce({ ledger, account, region }: Where, all: readonly Enforced[]): void {
  const ofCloud = ENFORCED.get(ledger) ?? new Map<string, readonly Enforced[]>()
  ENFORCED.set(ledger, ofCloud.set(`${account} ${region}`, all))
}
