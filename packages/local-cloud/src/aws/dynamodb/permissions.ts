/** What a request's permissions are checked against: for each table its ARN and the hash keys of the items that the request names. */
import { AwsError } from '../../errors.ts'
import type { Declared, LedgerView } from '../../ledger/ledger.ts'
import type { Json } from './engine.ts'
import { TABLE } from './tables.ts'

export interface TableAccess {
  readonly table: TableName
  /** `dynamodb:LeadingKeys`. Absent if the operation names no items; a condition on the key then does not hold. */
  readonly leadingKeys?: readonly string[]
}

/** A table is named, or given by its ARN, which may be another account's. */
export interface TableName {
  readonly name: string
  readonly account: string
  readonly region: string
}

export const tableArn = ({ name, account, region }: TableName) => `arn:aws:dynamodb:${region}:${account}:table/${name}`

export function readTableName(
  given: unknown,
  caller: { readonly account: string; readonly region: string },
): TableName {
  if (typeof given !== 'string')
    throw new AwsError(
      'ValidationException',
      "The parameter 'TableName' is required but was not present in the request",
    )
  const [, region, account, name] = /^arn:aws:dynamodb:([a-z0-9-]+):(\d{12}):table\/([\w.-]+)$/.exec(given) ?? []
  if (region && account && name) return { name, account, region }
  return { name: given, ...caller }
}

/** The hash key of a declared table; undefined if the table does not exist. */
export function hashKeyOf(ledger: LedgerView, { name, account, region }: TableName): string | undefined {
  const isIt = (table: Declared) => table.outputs.name === name && table.account === account && table.region === region
  const hashKey = ledger.all(TABLE).find(isIt)?.outputs.hashKey
  return typeof hashKey === 'string' ? hashKey : undefined
}

/** Turns items such as `{ tenantId: { S: 'tenant1' } }` into their hash keys: `['tenant1']`. */
export function leadingKeys(items: readonly unknown[], hashKey: string | undefined): readonly string[] {
  if (hashKey === undefined) return []
  return items.flatMap((item) => scalarOf((item as Json | undefined)?.[hashKey]) ?? [])
}

/** The value that a query demands of the hash key. dynalite's validation has parsed the expression. */
export function queriedKey(validated: Json, hashKey: string | undefined): readonly string[] {
  if (hashKey === undefined) return []
  const conditions = validated.KeyConditions as Readonly<Record<string, { AttributeValueList?: readonly unknown[] }>>
  return conditions[hashKey]?.AttributeValueList?.slice(0, 1).flatMap((value) => scalarOf(value) ?? []) ?? []
}

function scalarOf(value: unknown): string | undefined {
  const { S, N, B } = (value ?? {}) as Readonly<Record<string, unknown>>
  const scalar = S ?? N ?? B
  return typeof scalar === 'string' ? scalar : undefined
}
