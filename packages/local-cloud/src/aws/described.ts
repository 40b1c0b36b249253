/**
 * The common part of `Describe*` in EC2 and Elastic Load Balancing: selects declared resources of the caller's account and region by ids
 * and filters. An unknown filter is refused by name.
 */
import { UnsupportedError } from '../errors.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import { object } from '../resource/values.ts'
import type { ApiCall } from '../wire/protocol/api.ts'
import type { XmlValue } from '../wire/protocol/query.ts'

export interface Row {
  readonly id: string
  /** The values that each filter compares. */
  readonly filters: Readonly<Record<string, readonly string[]>>
  readonly tags?: Properties
  readonly answer: { readonly [name: string]: XmlValue }
}

/** The declared resources of a type in the caller's account and region. */
export const declaredOf = ({ ledger, account, region }: ApiCall, type: string): readonly Declared[] =>
  ledger.all(type).filter((one) => one.account === account && one.region === region)

export const tagsOf = ({ outputs }: Declared): Properties => object(outputs, 'tagsAll') ?? {}

/** `{ Name, Value: [] }` as EC2's clients send it. */
export interface Filter {
  readonly Name?: string
  readonly Value?: readonly string[]
}

/**
 * Selects by ids and filters.
 * @param action names the operation in the error for an unknown filter
 */
export function chosen(
  rows: readonly Row[],
  ids: readonly string[],
  filters: readonly Filter[],
  action: string,
): readonly Row[] {
  const byId = ids.length === 0 ? rows : rows.filter(({ id }) => ids.includes(id))
  return byId.filter((row) => filters.every((filter) => fits(row, filter, action)))
}

function fits({ filters, tags = {} }: Row, { Name: name = '', Value: values = [] }: Filter, action: string): boolean {
  if (name.startsWith('tag:')) return values.includes(String(tags[name.slice('tag:'.length)] ?? ''))
  const own = filters[name]
  if (!own) throw new UnsupportedError(`the filter "${name}" of ${action}`)
  return own.some((value) => values.includes(value))
}

export const ec2Tags = (tags: Properties = {}) =>
  Object.entries(tags).map(([key, value]) => ({ key, value: String(value) }))
