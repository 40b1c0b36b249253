/** Reads this function's tenant from the table: its configuration and its status, in one query. */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { TENANT_KEY } from '../../shared/tenant.ts'
import { type ClientOptions, withinTime } from './aws/clients.ts'
import { dynamoDb } from './aws/dynamodb.ts'
import { type Cached, createCached } from './cached.ts'
import { REFRESH_PAUSE_MILLISECONDS, ROUTING_AGE } from './constants.ts'
import { GatewayError } from './errors.ts'
import { parseTenant, type Tenant } from './tenant-items.ts'

export interface RoutingOptions {
  readonly tenantId: string
  readonly tableName: string
  readonly region: string
  /** Options with the function's own credentials. */
  readonly client: ClientOptions
  readonly now: () => number
}

/** The tenant, or `undefined` if the table has no tenant with the id. */
export type Routing = Cached<Tenant | undefined>

export function createRouting(options: RoutingOptions): Routing {
  const client = dynamoDb(options.region, options.client)
  return createCached({
    load: () => query(options, client),
    freshUntil: (tenant, loadedAt) => loadedAt + (tenant ? ROUTING_AGE.fresh : ROUTING_AGE.unknown),
    usableUntil: (tenant, loadedAt) => loadedAt + (tenant ? ROUTING_AGE.usable : ROUTING_AGE.unknown),
    pauseMilliseconds: REFRESH_PAUSE_MILLISECONDS,
    now: options.now,
  })
}

async function query(
  { tableName, tenantId, region }: RoutingOptions,
  client: DynamoDBClient,
): Promise<Tenant | undefined> {
  try {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: `${TENANT_KEY.hash} = :tenant`,
      ExpressionAttributeValues: { ':tenant': { S: tenantId } },
      // A consistent read, so that the next read after a suspension sees it.
      ConsistentRead: true,
    })
    return parseTenant(await withinTime((options) => client.send(query, options)), tenantId, region)
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    throw new GatewayError(
      'routing_unavailable',
      "The tenant's configuration cannot be read at the moment. Try again.",
      { cause, headers: { 'retry-after': '5' } },
    )
  }
}
