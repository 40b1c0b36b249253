/** Other values for what a resource was given. */
import type { Properties, Value } from '../../src/ledger/ledger.ts'

const OPPOSITE: Readonly<Record<string, string>> = { enable: 'disable', disable: 'enable' }

function another(value: Value): Value {
  if (typeof value === 'string') return OPPOSITE[value] ?? (value.startsWith('{"') ? otherDocument(value) : `${value}x`)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  if (Array.isArray(value)) return [...value, another((value[0] as Value | undefined) ?? 'x')]
  return { ...(value as Properties), another: 'x' }
}

/** A document that says something more; an item keeps its key. */
const otherDocument = (json: string) => JSON.stringify({ ...JSON.parse(json), another: { S: 'x' } })

/** Each input, and each field of one that is an object, with the inputs after its change. */
export function changesOf(inputs: Properties): readonly (readonly [path: string, changed: Properties])[] {
  return Object.entries(inputs).flatMap(([name, value]): (readonly [string, Properties])[] => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || 'sha256' in value)
      return [[name, { ...inputs, [name]: another(value) }]]
    const fields = value as Properties
    return Object.entries(fields).map(([field, nested]) => [
      `${name}.${field}`,
      { ...inputs, [name]: { ...fields, [field]: another(nested) } },
    ])
  })
}
