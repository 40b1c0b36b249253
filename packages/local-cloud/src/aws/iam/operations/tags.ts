import type { Properties, Value } from '../../../ledger/ledger.ts'
import { object } from '../../../resource/values.ts'

/** A resource's tags, those of its provider among them, as IAM lists them. */
export const tagsOf = (outputs: Properties): { readonly Key: string; readonly Value: string }[] =>
  Object.entries<Value>(object(outputs, 'tagsAll') ?? {}).map(([Key, value]) => ({ Key, Value: String(value) }))
