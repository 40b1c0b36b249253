/**
 * The settings of a tenant that its gateway is told. A row is all there is of one: the stack's file is read by it, docs/settings.md
 * says it (the comment is its meaning), the tenant's item has it unless it is the default, and the gateway reads it from there, as
 * `tenant.NAME`. `functions/` may import this file, so it has no texts beyond what a shape needs. A change is obeyed within ten seconds.
 *
 * Every row has a default, `undefined` for none: tenants that are deployed do not have the setting in their files.
 */
import { parseLimits } from './limits.ts'
import { readMachineIssuers } from './machine-issuers.ts'
import { readShape, type Shape, type ValueOf } from './shape.ts'
import { MODEL_NAME } from './tenant.ts'

/** A shape, or a function that reads plain JSON. In the latter case a file in settings/of-spoke/ describes the setting for people. */
export type Row = (Shape | { readonly read: (plain: unknown) => unknown }) & { readonly fallback: unknown }

export const TOLD = {
  /** The model for a request that names none. Required when models has more than one name. */
  defaultModel: { is: 'text', like: MODEL_NAME, what: 'one of the names in models', fallback: undefined },
  machineIssuers: { read: readMachineIssuers, fallback: {} },
  limits: { read: parseLimits, fallback: undefined },
} as const satisfies Readonly<Record<string, Row>>

export type Told = ToldBy<typeof TOLD>

/** The values of a table of rows; those without a default may be absent. */
export type ToldBy<T extends Readonly<Record<string, Row>>> = {
  readonly [K in keyof T as T[K]['fallback'] extends undefined ? never : K]: ValueOf<T[K]>
} & { readonly [K in keyof T as T[K]['fallback'] extends undefined ? K : never]?: ValueOf<T[K]> }

/**
 * @param plainOf returns the plain value of a setting, or `undefined`
 * @throws Error that names a setting with a value that no stack writes
 */
export function readTold(plainOf: (name: string) => unknown, rows: Readonly<Record<string, Row>> = TOLD): Told {
  const values = Object.entries(rows).map(([name, row]) => [name, readRow(name, row, plainOf(name))] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as unknown as Told
}

function readRow(name: string, row: Row, plain: unknown): unknown {
  if (plain === undefined) return row.fallback
  try {
    return 'read' in row ? row.read(plain) : readShape(row, plain)
  } catch (cause) {
    throw new Error(`${name} is malformed`, { cause })
  }
}
