/** The table of counters: reads and writes the item of one scope. */
import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { readUsage, USAGE_KEY, type UsageItem } from '../../../shared/usage-table.ts'
import { type ClientOptions, withinTime } from '../aws/clients.ts'
import { ConnectionError } from '../aws/connection.ts'
import { dynamoDb } from '../aws/dynamodb.ts'
import { jitter } from '../retry.ts'
import type { Write } from './expression.ts'
import { createTurns } from './write-queue.ts'

export interface CounterStore {
  /**
   * A write is never repeated if it may have been made.
   * @throws StoreUnavailable
   */
  write(key: string, write: Write): Promise<Written>
  /**
   * The current item, or undefined if there is none.
   * @throws StoreUnavailable
   */
  read(key: string): Promise<UsageItem | undefined>
}

/** The item after the write; or, if the condition failed, the current item or undefined. */
export type Written =
  | { readonly done: true; readonly item: UsageItem }
  | { readonly done: false; readonly item: UsageItem | undefined }

/** The write was not made, or it is not known whether it was. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

export interface StoreOptions {
  readonly tableName: string
  readonly region: string
  /** With the gateway's own credentials. */
  readonly client: ClientOptions
  readonly random: () => number
  readonly pause: (milliseconds: number) => Promise<void>
  /**
   * The time limit of one write.
   * @default 3,000
   */
  readonly timeoutMilliseconds?: number
}

/** With these exceptions DynamoDB says that it has written nothing. */
const NOT_WRITTEN = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']
const ATTEMPTS = 4
const RETRY_BASE_MILLISECONDS = 25
/** How many writes to one counter a process makes at a time. An item accepts about 1,000 writes a second, and one takes a few milliseconds. */
const AT_A_TIME = 8

export function createCounterStore(options: StoreOptions): CounterStore {
  const { tableName, region, client, random, pause, timeoutMilliseconds } = options
  // This file decides about repetitions.
  const dynamodb = dynamoDb(region, { ...client, maxAttempts: 1 })

  const turns = createTurns(AT_A_TIME)

  async function once(key: string, { update, condition, names, values }: Write): Promise<Written> {
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: { [USAGE_KEY]: { S: key } },
      UpdateExpression: update,
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values as never,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    })
    try {
      const { Attributes } = await withinTime((given) => dynamodb.send(command, given), timeoutMilliseconds)
      const item = readUsage(Attributes)
      if (!item) throw new StoreUnavailable('the table answered without an item')
      return { done: true, item }
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { done: false, item: readUsage(error.Item) }
      throw error
    }
  }

  return {
    async read(key) {
      const command = new GetItemCommand({
        TableName: tableName,
        Key: { [USAGE_KEY]: { S: key } },
        ConsistentRead: true,
      })
      try {
        return readUsage((await withinTime((given) => dynamodb.send(command, given), timeoutMilliseconds)).Item)
      } catch (cause) {
        throw new StoreUnavailable('no answer', { cause })
      }
    },
    async write(key, write) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await turns(key, () => once(key, write))
        } catch (cause) {
          const again = cause instanceof DynamoDBServiceException && NOT_WRITTEN.includes(cause.name)
          const unsent = cause instanceof ConnectionError && cause.failure === 'unreachable'
          if (!(again || unsent) || attempt >= (again ? ATTEMPTS : 2))
            throw new StoreUnavailable('no answer', { cause })
          await pause(jitter(random, RETRY_BASE_MILLISECONDS, attempt))
        }
      }
    },
  }
}
