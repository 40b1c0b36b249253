/** Reads and writes the items of tenants in the hub's table, for operators. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  QueryCommand,
  ScanCommand,
  type ScanCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { ROUTING_AGE } from '../../functions/gateway/constants.ts'
import { plainOf } from '../../functions/gateway/dynamodb-json.ts'
import { type Limits, parseLimits } from '../../shared/limits.ts'
import type { TenantStatus } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'

/** How long a running gateway uses its tenant's items before it reads them again. */
export const SEEN_WITHIN_SECONDS = ROUTING_AGE.usable / 1000

export interface TenantsTable {
  readonly dynamodb: DynamoDBClient
  readonly tableName: string
  /**
   * Described in `HubAccess`.
   * @default pulumi's
   */
  readonly deployCommand?: string
}

export interface LivingTenant {
  readonly tenantId: string
  readonly account: string
  readonly status: TenantStatus['status']
  /** The limits of the deployed stack, and those that the operator set. */
  readonly limits: { readonly stack: Limits; readonly operator: Limits }
}

/** Every tenant that is deployed in the hub, including those deployed from other folders and computers. */
export async function livingTenants({ dynamodb, tableName }: TenantsTable): Promise<readonly LivingTenant[]> {
  const items = new Map<string, Item>()
  let from: ScanCommandOutput['LastEvaluatedKey']
  do {
    const page: ScanCommandOutput = await dynamodb.send(
      new ScanCommand({ TableName: tableName, ...(from && { ExclusiveStartKey: from }) }),
    )
    for (const item of page.Items ?? []) items.set(`${item.tenantId?.S} ${item.item?.S}`, item)
    from = page.LastEvaluatedKey
  } while (from)
  const configurations = [...items.values()].filter(({ item }) => item?.S === 'configuration')
  return configurations.map((configuration) => {
    const tenantId = configuration.tenantId?.S ?? ''
    return {
      tenantId,
      account: configuration.account?.S ?? '',
      status: items.get(`${tenantId} status`)?.status?.S === 'suspended' ? 'suspended' : 'active',
      limits: { stack: limitsIn(configuration), operator: limitsIn(items.get(`${tenantId} limits`)) },
    }
  })
}

/** Unreadable limits count as none here, so that the list of tenants is still shown. `tenant limit` reports them. */
function limitsIn(item: Item | undefined): Limits {
  try {
    return parseLimits(plainOf(item?.limits) ?? {})
  } catch {
    return {}
  }
}

export type Item = Record<string, AttributeValue>

/** A tenant's own items, by their names. All of them together are far smaller than a page, which has 1 MB. */
export async function tenantItems(
  { dynamodb, tableName }: Pick<TenantsTable, 'dynamodb' | 'tableName'>,
  tenantId: string,
): Promise<Readonly<Record<'configuration' | 'status' | 'blocked' | 'limits', Item | undefined>>> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: tableName,
      // A consistent read, so that it sees what a command wrote a moment ago.
      ConsistentRead: true,
      KeyConditionExpression: 'tenantId = :tenant',
      ExpressionAttributeValues: { ':tenant': { S: tenantId } },
    }),
  )
  const named = (name: string) => Items.find(({ item }) => item?.S === name)
  return {
    configuration: named('configuration'),
    status: named('status'),
    blocked: named('blocked'),
    limits: named('limits'),
  }
}

/**
 * Writes the status item, which the tenant's stack made and which no `up` writes again.
 * @throws UserError if the tenant is not deployed; nothing is written then
 */
export async function setStatus(
  { dynamodb, tableName, deployCommand = 'pulumi up -s' }: TenantsTable,
  tenantId: string,
  status: TenantStatus['status'],
  changedAt: Date,
): Promise<void> {
  const update = new UpdateItemCommand({
    TableName: tableName,
    Key: { tenantId: { S: tenantId }, item: { S: 'status' } },
    UpdateExpression: 'SET #status = :status, changedAt = :changedAt',
    ConditionExpression: 'attribute_exists(tenantId)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':status': { S: status }, ':changedAt': { S: changedAt.toISOString() } },
  })
  try {
    await dynamodb.send(update)
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause
    throw new UserError(
      `${tenantId} is not deployed in this hub.`,
      `npm run tenant -- list shows which are; ${deployCommand} spoke-${tenantId} deploys it.`,
      { cause },
    )
  }
}
