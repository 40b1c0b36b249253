import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDynamoDb, type DynamoDb } from '../../src/aws/dynamodb/dynamodb.ts'
import type { Declared } from '../../src/ledger/ledger.ts'
import {
  type Fixture,
  failure,
  HUB,
  REGION,
  REMOTE,
  resource,
  sessionOf,
  startFixture,
  TENANT,
} from './services-fixture.ts'

const TableName = 'genai-tenants'
const ARN = `arn:aws:dynamodb:${REGION}:${HUB}:table/${TableName}`
const table = (account = HUB) =>
  resource(
    'aws:dynamodb/table:Table',
    TableName,
    {
      name: TableName,
      hashKey: 'tenantId',
      rangeKey: 'item',
      billingMode: 'PAY_PER_REQUEST',
      attributes: [
        { name: 'tenantId', type: 'S' },
        { name: 'item', type: 'S' },
      ],
    },
    account,
  )
const key = (tenantId: string, item: string) => ({ tenantId: { S: tenantId }, item: { S: item } })
const declaredItem = (tenantId: string, more: Record<string, unknown> = {}): Declared =>
  resource('aws:dynamodb/tableItem:TableItem', `${TableName}|${tenantId}|configuration`, {
    tableName: TableName,
    hashKey: 'tenantId',
    rangeKey: 'item',
    item: JSON.stringify({ ...key(tenantId, 'configuration'), ...more }),
  })

describe.skipIf(REMOTE)('DynamoDB', () => {
  let fixture: Fixture
  let service: DynamoDb
  let db: DynamoDBClient
  const start = (resources: readonly Declared[], directory?: string) =>
    startFixture(
      ({ surroundings, credentials, ledger }) => {
        service = createDynamoDb(surroundings, credentials, directory === undefined ? {} : { directory })
        ledger.onChange(service.effect)
        return [service]
      },
      { resources },
    )
  beforeAll(async () => {
    fixture = await start([])
    await fixture.ledger.put(table())
    db = new DynamoDBClient(await fixture.client())
  })
  afterAll(async () => {
    db.destroy()
    await fixture.close()
    await service.close()
  })
  beforeEach(() => {
    fixture.asked.length = 0
    fixture.decide = () => ({ allowed: true })
  })
  const put = (tenantId: string, item: string, more: Record<string, { S: string }> = {}) =>
    db.send(new PutItemCommand({ TableName, Item: { ...key(tenantId, item), ...more } }))
  const get = async (tenantId: string, item: string) =>
    (await db.send(new GetItemCommand({ TableName, Key: key(tenantId, item) }))).Item
  const query = (tenantId: string) =>
    new QueryCommand({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: '#id = :id',
      ExpressionAttributeNames: { '#id': 'tenantId' },
      ExpressionAttributeValues: { ':id': { S: tenantId } },
    })

  it('stores and answers items by key, query, scan and batch', async () => {
    await put('a1', 'configuration', { account: { S: TENANT } })
    await put('a1', 'status', { status: { S: 'active' } })
    await put('a2', 'configuration')
    expect((await db.send(query('a1'))).Items?.map(({ item }) => item?.S)).toEqual(['configuration', 'status'])
    const update = { UpdateExpression: 'SET #s = :s', ExpressionAttributeNames: { '#s': 'status' } }
    await db.send(
      new UpdateItemCommand({
        TableName,
        Key: key('a1', 'status'),
        ...update,
        ExpressionAttributeValues: { ':s': { S: 'suspended' } },
      }),
    )
    expect(await get('a1', 'status')).toMatchObject({ status: { S: 'suspended' } })
    const Keys = [key('a1', 'status'), key('a2', 'configuration')]
    const batch = await db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }))
    expect(batch.Responses?.[TableName]).toHaveLength(2)
    await db.send(
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: [{ DeleteRequest: { Key: key('a2', 'configuration') } }] },
      }),
    )
    expect(await get('a2', 'configuration')).toBeUndefined()
    await db.send(new DeleteItemCommand({ TableName, Key: key('a1', 'status') }))
    expect((await db.send(new ScanCommand({ TableName }))).Items).toHaveLength(1)
  })

  it('answers the item with a condition that did not hold, where that is asked for', async () => {
    const counted = (ReturnValuesOnConditionCheckFailure: 'ALL_OLD' | 'NONE', item = 'counter') =>
      db.send(
        new UpdateItemCommand({
          TableName,
          Key: key('a3', item),
          UpdateExpression: 'SET #h.#k = if_not_exists(#h.#k, :one) + :one REMOVE #h.#gone',
          ConditionExpression: '#n < :two AND size(#h) < :two',
          ExpressionAttributeNames: { '#n': 'n', '#h': 'held', '#k': '290', '#gone': '289' },
          ExpressionAttributeValues: { ':one': { N: '1' }, ':two': { N: '2' } },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure,
        }),
      )
    const Item = { ...key('a3', 'counter'), n: { N: '1' }, held: { M: { 289: { N: '7' } } } }
    await db.send(new PutItemCommand({ TableName, Item }))
    expect((await counted('ALL_OLD')).Attributes).toEqual({ ...Item, held: { M: { 290: { N: '2' } } } })
    await db.send(new PutItemCommand({ TableName, Item: { ...Item, n: { N: '10' } } }))
    const refused = await failure(counted('ALL_OLD'))
    expect(refused).toMatchObject({ name: 'ConditionalCheckFailedException', Item: { n: { N: '10' } } })
    expect(await failure(counted('NONE'))).not.toHaveProperty('Item.n')
    expect(await failure(counted('ALL_OLD', 'nobody'))).not.toHaveProperty('Item.n')
    const wrong = await failure(counted('OLD' as 'NONE'))
    expect(wrong.name).toBe('ValidationException')
  })

  it('describes the table under its own ARN', async () => {
    const { Table } = await db.send(new DescribeTableCommand({ TableName }))
    expect(Table).toMatchObject({ TableArn: ARN, TableStatus: 'ACTIVE' })
    expect((await db.send(new ListTablesCommand({}))).TableNames).toEqual([TableName])
  })

  it.each([
    ['GetItem', new GetItemCommand({ TableName, Key: key('b1', 'x') }), ['b1']],
    ['PutItem', new PutItemCommand({ TableName, Item: key('b1', 'x') }), ['b1']],
    ['DeleteItem', new DeleteItemCommand({ TableName, Key: key('b1', 'x') }), ['b1']],
    ['Query', query('b1'), ['b1']],
    ['Scan', new ScanCommand({ TableName }), undefined],
    ['DescribeTable', new DescribeTableCommand({ TableName }), undefined],
    [
      'BatchGetItem',
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('b1', 'x'), key('b2', 'x')] } } }),
      ['b1', 'b2'],
    ],
    [
      'BatchWriteItem',
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: key('b3', 'x') } }, { DeleteRequest: { Key: key('b4', 'x') } }],
        },
      }),
      ['b3', 'b4'],
    ],
  ])('puts %s to IAM with the keys that it names', async (operation, command, leadingKeys) => {
    await db.send(command as GetItemCommand)
    expect(fixture.asked).toHaveLength(1)
    expect(fixture.asked[0]).toMatchObject({
      action: `dynamodb:${operation}`,
      resource: ARN,
      resourceAccount: HUB,
      session: fixture.session,
    })
    expect(fixture.asked[0]?.context['dynamodb:LeadingKeys']).toEqual(leadingKeys)
  })

  it('finds the key of a query in the old notation as well', async () => {
    const KeyConditions = { tenantId: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: 'b5' }] } }
    await db.send(new QueryCommand({ TableName, KeyConditions }))
    expect(fixture.asked[0]?.context['dynamodb:LeadingKeys']).toEqual(['b5'])
  })

  it('does nothing that IAM refuses', async () => {
    fixture.decide = () => ({
      allowed: false,
      layer: 'identity',
      layers: ['identity'],
      explicit: false,
      message: 'not authorized',
    })
    const error = await failure(put('c1', 'configuration'))
    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message: 'not authorized',
      $metadata: { httpStatusCode: 400 },
    })
    fixture.decide = () => ({ allowed: true })
    expect(await get('c1', 'configuration')).toBeUndefined()
  })

  it('keeps accounts apart', async () => {
    const other = new DynamoDBClient(await fixture.client(fixture.credentials.issue(sessionOf(TENANT), 900)))
    const own = await failure(other.send(query('a1')))
    expect(own.name).toBe('ResourceNotFoundException')
    expect(fixture.asked[0]?.resource).toBe(ARN.replace(HUB, TENANT))
    await put('d1', 'configuration')
    await other.send(new GetItemCommand({ TableName: ARN, Key: key('d1', 'configuration') }))
    expect(fixture.asked.at(-1)).toMatchObject({ resource: ARN, resourceAccount: HUB, session: { account: TENANT } })
  })

  it.each([
    [
      'a table that is not declared',
      new GetItemCommand({ TableName: 'elsewhere', Key: key('a', 'b') }),
      'ResourceNotFoundException',
    ],
    ['half a key', new GetItemCommand({ TableName, Key: { tenantId: { S: 'a' } } }), 'ValidationException'],
    [
      'a condition that does not hold',
      new PutItemCommand({ TableName, Item: key('e1', 'x'), ConditionExpression: 'attribute_exists(tenantId)' }),
      'ConditionalCheckFailedException',
    ],
    [
      'making a table',
      new CreateTableCommand({ TableName: 'other', KeySchema: [], AttributeDefinitions: [] }),
      'UnsupportedByLocalCloud',
    ],
    [
      'a table of another region',
      new GetItemCommand({ TableName: ARN.replace(REGION, 'eu-west-1'), Key: key('a', 'b') }),
      'ValidationException',
    ],
  ])('refuses %s', async (_what, command, name) => {
    expect((await failure(db.send(command as GetItemCommand))).name).toBe(name)
  })

  describe('declared items', () => {
    it('are put, changed and deleted with their resource', async () => {
      const item = declaredItem('f1', { account: { S: '1' } })
      await fixture.ledger.put(item)
      expect(await get('f1', 'configuration')).toMatchObject({ account: { S: '1' } })
      await fixture.ledger.put({ ...declaredItem('f1', { account: { S: '2' } }), urn: item.urn })
      expect(await get('f1', 'configuration')).toMatchObject({ account: { S: '2' } })
      await put('f1', 'status', { status: { S: 'suspended' } })
      await fixture.ledger.delete(item.urn)
      expect(await get('f1', 'configuration')).toBeUndefined()
      expect(await get('f1', 'status')).toMatchObject({ status: { S: 'suspended' } })
    })

    it("never take another's place: a second claim fails, and the first item stays", async () => {
      const first = declaredItem('f2', { account: { S: 'first' } })
      await fixture.ledger.put(first)
      const second = declaredItem('f2', { account: { S: 'second' } })
      await expect(fixture.ledger.put(second)).rejects.toMatchObject({ code: 'ConditionalCheckFailedException' })
      expect(await get('f2', 'configuration')).toMatchObject({ account: { S: 'first' } })
      expect(fixture.ledger.byUrn(second.urn)).toBeUndefined()
    })

    it('move when their key changes', async () => {
      const item = declaredItem('f3')
      await fixture.ledger.put(item)
      await fixture.ledger.put({ ...declaredItem('f4'), urn: item.urn })
      expect([await get('f3', 'configuration'), await get('f4', 'configuration')]).toEqual([
        undefined,
        key('f4', 'configuration'),
      ])
    })
  })

  it('empties a table that is deleted, unless the deletion is taken back', async () => {
    const place = table(TENANT)
    await fixture.ledger.put(place)
    const other = new DynamoDBClient(await fixture.client(fixture.credentials.issue(sessionOf(TENANT), 900)))
    await other.send(new PutItemCommand({ TableName, Item: key('g1', 'status') }))
    const refused = resource('test:refused:Refused', 'refused', {})
    fixture.ledger.onChange(({ resource: { type }, kind }) => {
      if (type === refused.type && kind === 'created') throw new Error('refused')
    })
    const changes = [
      { kind: 'deleted' as const, resource: place },
      { kind: 'created' as const, resource: refused },
    ]
    await expect(fixture.ledger.commit(changes)).rejects.toThrow('refused')
    expect((await other.send(new ScanCommand({ TableName }))).Items).toEqual([key('g1', 'status')])
    await fixture.ledger.delete(place.urn)
    expect((await failure(other.send(new ScanCommand({ TableName })))).name).toBe('ResourceNotFoundException')
    await fixture.ledger.put({ ...place })
    expect((await other.send(new ScanCommand({ TableName }))).Items).toEqual([])
  })

  it('finds its data again in its directory, and makes what is declared and missing', async () => {
    const [outer, outerService] = [fixture, service]
    const directory = await mkdtemp(path.join(tmpdir(), 'dynamodb-'))
    const resources = [table(), declaredItem('h1')]
    const opened = async (): Promise<DynamoDBClient> => {
      fixture = await start(resources, directory)
      return new DynamoDBClient(await fixture.client())
    }
    try {
      const before = await opened()
      await before.send(new PutItemCommand({ TableName, Item: key('h1', 'status') }))
      await service.close()
      await fixture.close()
      const after = await opened()
      const { Items } = await after.send(query('h1'))
      expect(Items).toEqual([key('h1', 'configuration'), key('h1', 'status')])
      await service.close()
      await fixture.close()
    } finally {
      ;[fixture, service] = [outer, outerService]
      await rm(directory, { recursive: true })
    }
  })
})
