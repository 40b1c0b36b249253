/** Keeps the data consistent with the declared tables and items, with the writes that the AWS provider makes. */
import { AwsError } from '../../errors.ts'
import type { Change, Declared, LedgerView, Value } from '../../ledger/ledger.ts'
import { type Engine, type Json, openEngine } from './engine.ts'

export const TABLE = 'aws:dynamodb/table:Table'
export const TABLE_ITEM = 'aws:dynamodb/tableItem:TableItem'

type Place = Pick<Declared, 'account' | 'region'>

export class Tables {
  readonly #directory: string | undefined
  readonly #engines = new Map<string, Promise<Engine>>()
  /** What was declared before this process began. Tables that are missing on disk are made again from it. */
  readonly #initial: readonly Declared[]
  /** Items that a resource has written. Deleting the resource may delete only these. */
  readonly #owned = new Set<string>()
  /** By the resource object that was deleted: if the ledger takes a deletion back, it announces the same object as created. */
  readonly #deleted = new WeakMap<Declared, readonly Json[]>()
  /** The same for single items, which may have been changed since by others than their resource. */
  readonly #deletedItems = new WeakMap<Declared, Json>()

  constructor(ledger: LedgerView, directory?: string) {
    this.#directory = directory
    this.#initial = [...ledger.all(TABLE), ...ledger.all(TABLE_ITEM)]
    for (const { type, urn } of this.#initial) if (type === TABLE_ITEM) this.#owned.add(urn)
  }

  engine(place: Place): Promise<Engine> {
    const key = `${place.account} ${place.region}`
    const engine = this.#engines.get(key) ?? this.#open(place)
    this.#engines.set(key, engine)
    return engine
  }

  async #open({ account, region }: Place): Promise<Engine> {
    const engine = await openEngine(account, region, this.#directory)
    const here = this.#initial.filter((resource) => resource.account === account && resource.region === region)
    for (const resource of here) {
      if (resource.type === TABLE && !(await exists(engine, tableName(resource)))) await createTable(engine, resource)
      if (resource.type === TABLE_ITEM && !(await getItem(engine, resource))) await putItem(engine, resource)
    }
    return engine
  }

  async follow({ kind, resource, before }: Change): Promise<void> {
    if (resource.type === TABLE) {
      const engine = await this.engine(resource)
      if (kind === 'created') await this.#create(engine, resource)
      if (kind === 'deleted') await this.#delete(engine, resource)
    }
    if (resource.type === TABLE_ITEM) {
      const engine = await this.engine(resource)
      if (kind === 'created') await putItem(engine, resource, 'ifNew', this.#deletedItems.get(resource))
      if (kind === 'updated') await update(engine, resource, before)
      if (kind !== 'deleted') this.#owned.add(resource.urn)
      // The resource could not claim the item, which belongs to somebody else: undoing the claim must not delete it.
      else if (this.#owned.delete(resource.urn)) {
        const item = await getItem(engine, resource)
        if (item) this.#deletedItems.set(resource, item)
        await deleteItem(engine, resource)
      }
    }
  }

  async #create(engine: Engine, resource: Declared): Promise<void> {
    // A table left on disk by an earlier cloud is not this table.
    if (await exists(engine, tableName(resource))) await dropTable(engine, tableName(resource))
    await createTable(engine, resource)
    const restored = this.#deleted.get(resource) ?? []
    for (const Item of restored) await call(engine, 'PutItem', { TableName: tableName(resource), Item })
  }

  async #delete(engine: Engine, resource: Declared): Promise<void> {
    const TableName = tableName(resource)
    if (!(await exists(engine, TableName))) return
    this.#deleted.set(resource, await allItems(engine, TableName))
    await dropTable(engine, TableName)
  }

  async close(): Promise<void> {
    for (const engine of this.#engines.values()) await (await engine).close()
    this.#engines.clear()
  }
}

const call = (engine: Engine, operation: string, input: Json) =>
  engine.run(operation, engine.validate(operation, input))

async function createTable(engine: Engine, { outputs }: Declared): Promise<void> {
  const keys = [
    [outputs.hashKey, 'HASH'],
    [outputs.rangeKey, 'RANGE'],
  ].filter(([name]) => typeof name === 'string')
  const TableName = String(outputs.name)
  await call(engine, 'CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    AttributeDefinitions: (outputs.attributes as readonly { readonly name: Value; readonly type: Value }[]).map(
      ({ name, type }) => ({ AttributeName: name, AttributeType: type }),
    ),
  })
  await settled(engine, TableName, (status) => status === 'ACTIVE')
}

async function dropTable(engine: Engine, TableName: string): Promise<void> {
  await call(engine, 'DeleteTable', { TableName })
  await settled(engine, TableName, (status) => status === undefined)
}

/** dynalite changes a table's state in a later turn of the event loop. */
async function settled(engine: Engine, name: string, reached: (status: string | undefined) => boolean): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    if (reached(await statusOf(engine, name))) return
    await new Promise((next) => setTimeout(next, 1))
  }
  throw new Error(`Table ${name} did not settle.`)
}

const exists = async (engine: Engine, name: string) => (await statusOf(engine, name)) !== undefined

async function statusOf(engine: Engine, TableName: string): Promise<string | undefined> {
  try {
    const { Table } = await call(engine, 'DescribeTable', { TableName })
    return (Table as { readonly TableStatus: string }).TableStatus
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined
    throw error
  }
}

async function allItems(engine: Engine, TableName: string): Promise<readonly Json[]> {
  const items: Json[] = []
  let ExclusiveStartKey: unknown
  do {
    const page = await call(engine, 'Scan', { TableName, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) })
    items.push(...(page.Items as readonly Json[]))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey)
  return items
}

const tableName = ({ type, outputs }: Declared) => String(type === TABLE ? outputs.name : outputs.tableName)
const itemOf = ({ outputs }: Declared) => JSON.parse(String(outputs.item)) as Json

function keyOf(resource: Declared): Json {
  const item = itemOf(resource)
  const names = [resource.outputs.hashKey, resource.outputs.rangeKey].filter((name) => typeof name === 'string')
  return Object.fromEntries(names.map((name) => [name, item[name]]))
}

/** The provider creates an item only if none exists, so that two stacks cannot claim one key. */
async function putItem(
  engine: Engine,
  resource: Declared,
  ifNew?: 'ifNew',
  item: Json = itemOf(resource),
): Promise<void> {
  const condition = ifNew && {
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': resource.outputs.hashKey },
  }
  await call(engine, 'PutItem', { TableName: tableName(resource), Item: item, ...condition })
}

async function update(engine: Engine, resource: Declared, before: Declared | undefined): Promise<void> {
  await putItem(engine, resource)
  if (before && JSON.stringify(keyOf(before)) !== JSON.stringify(keyOf(resource))) await deleteItem(engine, before)
}

async function deleteItem(engine: Engine, resource: Declared): Promise<void> {
  // The table may have been deleted first, together with its items.
  if (!(await exists(engine, tableName(resource)))) return
  await call(engine, 'DeleteItem', { TableName: tableName(resource), Key: keyOf(resource) })
}

async function getItem(engine: Engine, resource: Declared): Promise<Json | undefined> {
  if (!(await exists(engine, tableName(resource)))) return undefined
  const { Item } = await call(engine, 'GetItem', { TableName: tableName(resource), Key: keyOf(resource) })
  return Item as Json | undefined
}
