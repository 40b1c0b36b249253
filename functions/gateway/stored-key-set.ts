/** The public keys that verify tokens, read from the table that the hub fills every minute. */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import {
  KEY_SETS_FETCHED_EVERY_MILLISECONDS,
  KEY_SETS_KEY,
  KEY_SETS_USED_FOR_MILLISECONDS,
} from '../../shared/tenant.ts'
import { type ClientOptions, withinTime } from './aws/clients.ts'
import { dynamoDb } from './aws/dynamodb.ts'
import { createCached } from './cached.ts'
import { KEY_SET_MISS_MILLISECONDS, REFRESH_PAUSE_MILLISECONDS, STORED_KEY_SET_AGE, UNKNOWN_KEYS } from './constants.ts'
import { GatewayError } from './errors.ts'
import { type KeySet, parseKeySet } from './key-set.ts'

export interface StoredKeySetsOptions {
  readonly tableName: string
  /** The partition to read: the tenant's id, or the hub's mark. */
  readonly owner: string
  readonly region: string
  /** Options with the function's own credentials. */
  readonly client: ClientOptions
  readonly now: () => number
}

/** Returns the key set of one of the owner's issuers. */
export type StoredKeySets = (issuer: string) => KeySet

interface Stored {
  readonly keys: ReturnType<typeof createLocalJWKSet>
  readonly fetchedAt: number
}

/**
 * A key that is not in the set may be newer than the set. Until a set has been read that was fetched after the key was first asked for, its
 * tokens are answered with 503; after that they are refused.
 */
export function createStoredKeySets(options: StoredKeySetsOptions): StoredKeySets {
  const { now } = options
  const client = dynamoDb(options.region, options.client)
  const cached = createCached({
    load: () => query(options, client),
    freshUntil: (_, loadedAt) => loadedAt + STORED_KEY_SET_AGE.fresh,
    usableUntil: (_, loadedAt) => loadedAt + STORED_KEY_SET_AGE.usable,
    pauseMilliseconds: REFRESH_PAUSE_MILLISECONDS,
    now,
  })
  let nextMiss = 0

  async function afterMiss(): Promise<ReadonlyMap<string, Stored>> {
    // Anybody can invent key ids, so the set is loaded at most once a second.
    if (now() < nextMiss) return await cached.get()
    nextMiss = now() + KEY_SET_MISS_MILLISECONDS
    return await cached.reload()
  }

  return (issuer) => {
    /** For each unknown key id, the time when it was first asked for. */
    const unknown = new Map<string, number>()
    const getKey: JWTVerifyGetKey = async (header, token) => {
      const set = usable((await cached.get()).get(issuer), now())
      try {
        return await set.keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        const firstSeen = remember(unknown, header.kid ?? '', now())
        const newer = usable((await afterMiss()).get(issuer), now())
        const key = await newer.keys(header, token).catch((again: unknown) => {
          if (!(again instanceof errors.JWKSNoMatchingKey) || newer.fetchedAt > firstSeen) throw again
          throw notJudged('its key is not known yet', newer.fetchedAt + KEY_SETS_FETCHED_EVERY_MILLISECONDS - now())
        })
        unknown.delete(header.kid ?? '')
        return key
      }
    }
    return { getKey, warm: () => cached.get() }
  }
}

/** Keeps a limited number of ids: a flood of invented ids removes older ids, whose tokens then get 503 for another minute. */
function remember(unknown: Map<string, number>, kid: string, time: number): number {
  const known = unknown.get(kid)
  if (known !== undefined) return known
  const [oldest] = unknown.size >= UNKNOWN_KEYS ? unknown.keys() : []
  if (oldest !== undefined) unknown.delete(oldest)
  unknown.set(kid, time)
  return time
}

function usable(stored: Stored | undefined, time: number): Stored {
  if (stored && time < stored.fetchedAt + KEY_SETS_USED_FOR_MILLISECONDS) return stored
  throw notJudged(stored ? 'the keys are older than a day' : 'no keys were fetched yet', 0)
}

async function query(
  { tableName, owner }: StoredKeySetsOptions,
  client: DynamoDBClient,
): Promise<ReadonlyMap<string, Stored>> {
  try {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: `${KEY_SETS_KEY.hash} = :owner`,
      ExpressionAttributeValues: { ':owner': { S: owner } },
      // If an old copy was read, a key that is missing in it would be answered with 503 for another minute.
      ConsistentRead: true,
    })
    const { Items = [] } = await withinTime((options) => client.send(query, options))
    return new Map(
      Items.map(({ tenantId, issuer, keySet, fetchedAt }) => {
        const time = Number(fetchedAt?.N)
        if (tenantId?.S !== owner || issuer?.S === undefined || keySet?.S === undefined || !Number.isFinite(time))
          throw new Error('an item of the table of key sets is malformed')
        return [issuer.S, { keys: createLocalJWKSet(parseKeySet(keySet.S)), fetchedAt: time }]
      }),
    )
  } catch (cause) {
    throw notJudged('the keys cannot be read', 0, cause)
  }
}

/** @param why for the log, because the caller can do nothing about it */
function notJudged(why: string, milliseconds: number, cause: unknown = new Error(why)): GatewayError {
  const seconds = Math.min(Math.max(Math.ceil(milliseconds / 1000), 5), 60)
  return new GatewayError(
    'identity_unavailable',
    'The key that this token is verified with cannot be had at the moment. The token was not judged; try again.',
    { cause, headers: { 'retry-after': `${seconds}` } },
  )
}
