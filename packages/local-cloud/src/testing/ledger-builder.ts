/** For tests of code that reads a ledger: a small ledger made by hand. */
import type { Declared, Properties } from '../ledger/ledger.ts'
import { Ledger } from '../ledger/ledger.ts'

export interface Placement {
  readonly account?: string
  readonly region?: string
  readonly inputs?: Properties
}

export const HUB_ACCOUNT = '111111111111'
export const REGION = 'us-east-1'

/** One declared resource. Its id is also its logical name, unless `outputs.id` says otherwise. */
export function declared(type: string, id: string, outputs: Properties = {}, placement: Placement = {}): Declared {
  const account = placement.account ?? HUB_ACCOUNT
  return {
    urn: `urn:pulumi:test::genai-hub-spoke::${type}::${account}/${id}`,
    type,
    id,
    account,
    region: placement.region ?? REGION,
    inputs: placement.inputs ?? outputs,
    outputs: { id, ...outputs },
    options: { dependencies: [], protect: false, retainOnDelete: false },
  }
}

export const ledgerOf = (...resources: readonly (Declared | readonly Declared[])[]) => new Ledger(resources.flat())
