import type { Properties, Value } from './ledger.ts'

/** Whether a value is a map, and not a list, null or absent. */
export const isObject = (value: Value | undefined): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
