/** Schemas of the API's objects, made of the tables in fields.ts: what is not in a table is refused by name. */
import * as v from 'valibot'
import type { Use, Uses } from './field-uses.ts'

type Mapped<Table extends Uses> = {
  [Name in keyof Table]: Table[Name] extends 'mapped' ? Name : never
}[keyof Table]

/** @param entries a schema for each mapped field, and no other. */
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

/** An object that the API has and the gateway does not. */
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

/** Looks no further into what was sent than `one` goes. */
function isSame(one: unknown, value: unknown): boolean {
  if (typeof one !== 'object' || one === null) return one === value
  if (typeof value !== 'object' || value === null || Array.isArray(one) !== Array.isArray(value)) return false
  const known = Object.entries(one)
  return (
    Object.keys(value).length === known.length &&
    known.every(([name, inner]) => Object.hasOwn(value, name) && isSame(inner, (value as typeof one)[name as never]))
  )
}

/** Names of fields that were sent, ask for something, and are not carried. Names of the table only, never the caller's. */
export function ignoredIn(table: Uses, value: object, path: string): readonly string[] {
  return Object.entries(value).flatMap(([name, one]) => {
    const use = Object.hasOwn(table, name) ? table[name] : undefined
    if (use === undefined || use === 'mapped' || !('ignored' in use)) return []
    return one === undefined || asksForNothing(one, use.ignored) ? [] : [`${path}${name}`]
  })
}
