/** The tenants' items in the hub's table, as the operator reads and writes them. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { TenantStatus } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'

export interface TenantsTable {
  readonly dynamodb: DynamoDBClient
  readonly tableName: string
  /** As `HubAccess` has it. @default pulumi's */
  readonly deployCommand?: string
}

export interface LivingTenant {
  readonly tenantId: string
  readonly account: string
  readonly status: TenantStatus['status']
}

/** Every tenant that is deployed into the hub, from wherever. */
export async function livingTenants({ dynamodb, tableName }: TenantsTable): Promise<readonly LivingTenant[]> {
  const accounts = new Map<string, string>()
  const statuses = new Map<string, string>()
  let from: ScanCommandOutput['LastEvaluatedKey']
  do {
    const page: ScanCommandOutput = await dynamodb.send(
      new ScanCommand({ TableName: tableName, ...(from && { ExclusiveStartKey: from }) }),
    )
    for (const { tenantId, item, account, status } of page.Items ?? []) {
      if (item?.S === 'configuration') accounts.set(tenantId?.S ?? '', account?.S ?? '')
      if (item?.S === 'status') statuses.set(tenantId?.S ?? '', status?.S ?? '')
    }
    from = page.LastEvaluatedKey
  } while (from)
  return [...accounts].map(([tenantId, account]) => ({
    tenantId,
    account,
    status: statuses.get(tenantId) === 'suspended' ? 'suspended' : 'active',
  }))
}

/**
 * Writes the status item, which the tenant's stack made and no `up` writes again.
 * @throws UserError for a tenant that is not deployed: there is nothing to suspend, and nothing is left behind
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
      `npm run tenant -- list tells which are; ${deployCommand} spoke-${tenantId} deploys it.`,
      { cause },
    )
  }
}
