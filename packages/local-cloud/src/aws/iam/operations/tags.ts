import type { Properties, Value } from '../../../ledger/ledger.ts'

/**
 * Tags in the form of IAM's answers.
 * @param tags all tags of a resource, also those that the provider adds
 */
export const tagList = (tags: Properties = {}): { readonly Key: string; readonly Value: string }[] =>
  Object.entries<Value>(tags).map(([Key, value]) => ({ Key, Value: String(value) }))
