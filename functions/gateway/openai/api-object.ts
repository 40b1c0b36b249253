/** Makes schemas of the API's objects from the tables in fields.ts: a field that is not in a table is refused by name. */
import * as v from 'valibot'
import type { Use, Uses } from './field-uses.ts'

type Mapped<Table extends Uses> = {
  [Name in keyof Table]: Table[Name] extends 'mapped' ? Name : never
}[keyof Table]

/** @param entries a schema for each mapped field, and for no other */
export function apiObject<
  const Table extends Uses,
  const Entries extends Record<Mapped<Table> & string, v.GenericSchema>,
>(
  table: Table,
  entries: Entries & Record<Exclude<keyof Entries, Mapped<Table>>, never>,
): v.StrictObjectSchema<Entries, undefined> {
  const others = Object.entries<Use>(table).flatMap(([name, use]) => (use === 'mapped' ? [] : [[name, schemaOf(use)]]))
  return v.strictObject({ ...Object.fromEntries(others), ...entries })
}

function schemaOf(use: Exclude<Use, 'mapped'>): v.GenericSchema {
  if (!('refused' in use)) return v.optional(v.unknown())
  return v.optional(v.custom((value) => asksForNothing(value, use.unless), `is not offered. ${use.refused}`))
}

/** A kind of object that OpenAI's API has and the gateway does not offer. */
export const notOffered = <const Key extends 'type' | 'role', const Value extends string>(
  key: Key,
  value: Value,
  advice: string,
) =>
  v.pipe(
    v.looseObject({ [key]: v.literal(value) } as Record<Key, v.LiteralSchema<Value, undefined>>),
    v.check(() => false, `is not offered as ${value}. ${advice}`),
  )

function asksForNothing(value: unknown, unless: readonly unknown[]): boolean {
  return value === null || unless.some((one) => isSame(one, value))
}

/** Compares no deeper into what was sent than `one` goes. */
function isSame(one: unknown, value: unknown): boolean {
  if (typeof one !== 'object' || one === null) return one === value
  if (typeof value !== 'object' || value === null || Array.isArray(one) !== Array.isArray(value)) return false
  const known = Object.entries(one)
  return (
    Object.keys(value).length === known.length &&
    known.every(([name, inner]) => Object.hasOwn(value, name) && isSame(inner, (value as typeof one)[name as never]))
  )
}

/**
 * Names of fields that were sent with a value that asks for something, and that are not carried to Bedrock. The names come from the table, never
 * from the caller.
 */
export function ignoredIn(table: Uses, value: object, path: string): readonly string[] {
  return Object.entries(value).flatMap(([name, one]) => {
    const use = Object.hasOwn(table, name) ? table[name] : undefined
    if (use === undefined || use === 'mapped' || !('ignored' in use)) return []
    return one === undefined || asksForNothing(one, use.ignored) ? [] : [`${path}${name}`]
  })
}
