/**
 * The operations on data. dynalite executes them; this file says which tables and items each of them touches. Tables are made and deleted by
 * declarations, not by calls.
 */
import type { LedgerView } from '../../ledger/ledger.ts'
import type { Json } from './engine.ts'
import { hashKeyOf, leadingKeys, queriedKey, readTableName, type TableAccess, type TableName } from './permissions.ts'

export interface AccessCall {
  readonly ledger: LedgerView
  readonly input: Json
  /** The input after dynalite's validation: expressions are parsed. */
  readonly validated: Json
  readonly caller: { readonly account: string; readonly region: string }
}

export interface DynamoDbOperation {
  /** Every table that the call touches; each is checked separately. An empty list means that the action has no resource. */
  readonly accesses: (call: AccessCall) => readonly TableAccess[]
  /** Whether the input names one table, several, or none. `Key`, `Item` or neither names one item. */
  readonly tables: 'one' | 'many' | 'none'
}

const one = (
  keys: (call: AccessCall, hashKey: string | undefined) => readonly string[] | undefined,
): DynamoDbOperation => ({
  tables: 'one',
  accesses(call) {
    const table = readTableName(call.input.TableName, call.caller)
    const found = keys(call, hashKeyOf(call.ledger, table))
    return [found ? { table, leadingKeys: found } : { table }]
  },
})

const many = (itemsOf: (request: unknown) => readonly unknown[]): DynamoDbOperation => ({
  tables: 'many',
  accesses: ({ ledger, input, caller }) =>
    Object.entries(input.RequestItems as Json).map(([name, request]) => {
      const table: TableName = readTableName(name, caller)
      return { table, leadingKeys: leadingKeys(itemsOf(request), hashKeyOf(ledger, table)) }
    }),
})

const byKey = one(({ input }, hashKey) => leadingKeys([input.Key], hashKey))

interface WriteRequest {
  readonly PutRequest?: { readonly Item: unknown }
  readonly DeleteRequest?: { readonly Key: unknown }
}

export const OPERATIONS: Readonly<Record<string, DynamoDbOperation>> = {
  BatchGetItem: many((request) => (request as { readonly Keys: readonly unknown[] }).Keys),
  BatchWriteItem: many((requests) =>
    (requests as readonly WriteRequest[]).map(
      ({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key,
    ),
  ),
  DeleteItem: byKey,
  DescribeTable: one(() => undefined),
  GetItem: byKey,
  ListTables: { tables: 'none', accesses: () => [] },
  PutItem: one(({ input }, hashKey) => leadingKeys([input.Item], hashKey)),
  Query: one(({ validated }, hashKey) => queriedKey(validated, hashKey)),
  Scan: one(() => undefined),
  UpdateItem: byKey,
}
