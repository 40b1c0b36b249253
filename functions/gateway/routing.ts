/** What the table says about this function's tenant: its configuration and its status, read together. */
import { TENANT_KEY } from '../../shared/tenant.ts'
import { exceptionName, type SignedCall } from './aws.ts'
import { type Cached, createCached } from './cached.ts'
import { GatewayError } from './errors.ts'
import {
  CONTROL_ANSWER_BYTES,
  CONTROL_TIMEOUT_MILLISECONDS,
  REFRESH_PAUSE_MILLISECONDS,
  RETRY_BASE_MILLISECONDS,
  ROUTING_AGE,
} from './limits.ts'
import { jitter, pause, retrying } from './retry.ts'
import { parseTenant, type Tenant } from './tenant-items.ts'

export interface RoutingOptions {
  readonly tenantId: string
  readonly tableName: string
  readonly region: string
  /** Signed for `dynamodb` with the function's own credentials. */
  readonly call: SignedCall
  readonly now: () => number
  readonly random: () => number
}

/** The tenant, or `undefined` when the table has none of that id. */
export type Routing = Cached<Tenant | undefined>

export function createRouting(options: RoutingOptions): Routing {
  return createCached({
    load: () => query(options),
    freshUntil: (tenant, loadedAt) => loadedAt + (tenant ? ROUTING_AGE.fresh : ROUTING_AGE.unknown),
    usableUntil: (tenant, loadedAt) => loadedAt + (tenant ? ROUTING_AGE.usable : ROUTING_AGE.unknown),
    pauseMilliseconds: REFRESH_PAUSE_MILLISECONDS,
    now: options.now,
  })
}

async function query(options: RoutingOptions): Promise<Tenant | undefined> {
  const started = options.now()
  try {
    const items = await retrying(() => readItems(options), {
      attempts: 2,
      waitAfter: (_, attempt) => jitter(options.random, RETRY_BASE_MILLISECONDS, attempt),
      remaining: () => CONTROL_TIMEOUT_MILLISECONDS - (options.now() - started),
      pause,
    })
    return parseTenant(items, options.tenantId, options.region)
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    throw new GatewayError(
      'routing_unavailable',
      "The tenant's configuration cannot be read at the moment. Try again.",
      {
        cause,
        headers: { 'retry-after': '5' },
      },
    )
  }
}

async function readItems({ call, tableName, tenantId, region }: RoutingOptions): Promise<unknown> {
  const answer = await call({
    host: `dynamodb.${region}.amazonaws.com`,
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.Query' },
    body: JSON.stringify({
      TableName: tableName,
      KeyConditionExpression: `${TENANT_KEY.hash} = :tenant`,
      ExpressionAttributeValues: { ':tenant': { S: tenantId } },
      // A suspension must be seen by the next read, not by one that a lagging replica answers.
      ConsistentRead: true,
    }),
    timeoutMilliseconds: CONTROL_TIMEOUT_MILLISECONDS,
    maximumBytes: CONTROL_ANSWER_BYTES,
  })
  if (answer.status !== 200) throw new Error(`DynamoDB answered ${answer.status} ${exceptionName(answer) ?? ''}`)
  return JSON.parse(answer.body)
}
