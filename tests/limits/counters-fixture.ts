/** Counters as a process has them, all on one table of the local DynamoDB; the SDK's client is between. */

import { openTestTable } from '@genai/local-cloud/testing/dynamodb'
import { HttpResponse } from '@smithy/core/protocols'
import { clientOptions } from '../../functions/gateway/aws/clients.ts'
import { ConnectionError, type ConnectionFailure, type Connections } from '../../functions/gateway/aws/connection.ts'
import { type Counters, createCounters, type Hold } from '../../functions/gateway/metering/counters.ts'
import type { Exceeded } from '../../functions/gateway/metering/exceeded.ts'
import { type CounterStore, createCounterStore } from '../../functions/gateway/metering/store.ts'
import { readUsage, type UsageItem } from '../../shared/usage-table.ts'

export const TABLE = 'genai-usage'
const REGION = 'us-east-1'

/** What becomes of a write: it fails before it is made, or its answer is lost. */
export type Fault = ConnectionFailure | 'lost' | 'throttled' | undefined

export interface Counting {
  readonly table: Awaited<ReturnType<typeof openTestTable>>
  readonly connections: Connections
  /** Asked before each call of the table. */
  fault: (operation: string) => Fault
  /** Calls by operation. */
  readonly calls: string[]
  readonly store: CounterStore
  /** A process of its own. */
  process(now: () => number): Counters
  item(key: string): Promise<UsageItem | undefined>
  /** Adds to a figure of an item. */
  add(key: string, name: string, amount: number): Promise<void>
  /** Forgets all items. */
  clear(): Promise<void>
  close(): Promise<void>
}

export async function startCounting(): Promise<Counting> {
  const table = await openTestTable(TABLE, 'scope')
  const calls: string[] = []
  const call = async (operation: string, input: object) =>
    (await table.handle(`DynamoDB_20120810.${operation}`, JSON.stringify({ TableName: TABLE, ...input }))).body
  const counting: Counting = {
    get store() {
      return store
    },
    table,
    calls,
    fault: () => undefined,
    connections: {
      async handle(request) {
        const target = request.headers['x-amz-target'] ?? ''
        const operation = target.split('.')[1] ?? ''
        calls.push(operation)
        const fault = counting.fault(operation)
        if (fault === 'throttled') return reply(400, {}, '{"__type":"ThrottlingException","message":"slow down"}')
        if (fault !== undefined && fault !== 'lost') throw new ConnectionError(fault, request.hostname)
        const body =
          typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body as Uint8Array)
        const { status, headers, body: text } = await table.handle(target, body)
        if (fault === 'lost') throw new ConnectionError('broken', request.hostname)
        return reply(status, headers, text)
      },
    },
    process: (now) => createCounters(store, now),
    item: async (key) => readUsage(JSON.parse(await call('GetItem', { Key: { scope: { S: key } } })).Item),
    async add(key, name, amount) {
      await call('UpdateItem', {
        Key: { scope: { S: key } },
        UpdateExpression: 'ADD #n :v',
        ExpressionAttributeNames: { '#n': name },
        ExpressionAttributeValues: { ':v': { N: `${amount}` } },
      })
    },
    async clear() {
      const { Items = [] } = JSON.parse(await call('Scan', {}))
      for (const { scope } of Items) await call('DeleteItem', { Key: { scope } })
    },
    close: () => table.close(),
  }
  const client = clientOptions(REGION, counting.connections, { accessKeyId: 'A', secretAccessKey: 's' }, 2)
  const store = createCounterStore({
    tableName: TABLE,
    region: REGION,
    client,
    random: Math.random,
    pause: async () => {},
    timeoutMilliseconds: 600_000,
  })
  return counting
}

function reply(statusCode: number, headers: Readonly<Record<string, string>>, body: string) {
  return {
    response: new HttpResponse({
      statusCode,
      headers: { ...headers },
      body: new TextEncoder().encode(body) as never,
    }) as never,
  }
}

export const isHold = (answer: Hold | Exceeded): answer is Hold => 'reserved' in answer
