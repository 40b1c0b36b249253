import type { Properties, Value } from './ledger.ts'

/** Whether a value is a map of names: not a list, not null, not absent. */
export const isObject = (value: Value | undefined): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
