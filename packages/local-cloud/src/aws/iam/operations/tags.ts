import type { Properties, Value } from '../../../ledger/ledger.ts'

/** Tags as IAM lists them. @param tags of a resource, those of its provider among them */
export const tagList = (tags: Properties = {}): { readonly Key: string; readonly Value: string }[] =>
  Object.entries<Value>(tags).map(([Key, value]) => ({ Key, Value: String(value) }))
