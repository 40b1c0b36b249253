/** The issuers whose key sets are fetched: the hub's, and those that tenants' configuration items name. */
import { type DynamoDBClient, QueryCommand, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb'
import { withinTime } from '../gateway/aws/clients.ts'

export interface Issuer {
  /** A tenant's id, or the hub's mark. */
  readonly owner: string
  readonly issuer: string
  /** Address of its key set. */
  readonly jwksUri: string
}

/** Of a tenant: more are none that a stack wrote. */
const MOST_OF_A_TENANT = 20

/** All that the role may read of an item. */
const READ = {
  Select: 'SPECIFIC_ATTRIBUTES',
  ProjectionExpression: 'tenantId, #item, machineIssuers',
  ExpressionAttributeNames: { '#item': 'item' },
} as const

type Page = Pick<ScanCommandOutput, 'Items' | 'LastEvaluatedKey'>

/**
 * Reads the issuers of a tenant, or of all.
 * @throws Error when the table cannot be read
 */
export async function tenantsIssuers(
  client: DynamoDBClient,
  tableName: string,
  tenant?: string,
): Promise<readonly Issuer[]> {
  const found: Issuer[] = []
  let from: Page['LastEvaluatedKey']
  do {
    const page = await readPage(client, tableName, tenant, from)
    for (const { tenantId, item, machineIssuers } of page.Items ?? []) {
      if (item?.S !== 'configuration' || tenantId?.S === undefined) continue
      const owner = tenantId.S
      const entries = Object.values(machineIssuers?.M ?? {}).slice(0, MOST_OF_A_TENANT)
      for (const { M } of entries) {
        const [issuer, jwksUri] = [M?.issuer?.S, M?.jwksUri?.S]
        if (issuer !== undefined && jwksUri !== undefined) found.push({ owner, issuer, jwksUri })
      }
    }
    from = page.LastEvaluatedKey
  } while (from)
  return found
}

/** A tenant that is being deployed has just written its item; what a scan misses, the next one sees. */
async function readPage(
  client: DynamoDBClient,
  TableName: string,
  tenant: string | undefined,
  from: Page['LastEvaluatedKey'],
): Promise<Page> {
  const next = from && { ExclusiveStartKey: from }
  const scan = new ScanCommand({ TableName, ...READ, ...next })
  if (tenant === undefined) return await withinTime((options) => client.send(scan, options))
  const query = new QueryCommand({
    TableName,
    ...READ,
    KeyConditionExpression: 'tenantId = :tenant',
    ExpressionAttributeValues: { ':tenant': { S: tenant } },
    ConsistentRead: true,
    ...next,
  })
  return await withinTime((options) => client.send(query, options))
}
