/** The issuers whose key sets are fetched: the hub's, and those in the tenants' configuration items. */
import { type DynamoDBClient, QueryCommand, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb'
import { withinTime } from '../gateway/aws/clients.ts'

export interface Issuer {
  /** A tenant's id, or the mark that stands for the hub. */
  readonly owner: string
  readonly issuer: string
  /** Address of the issuer's key set. */
  readonly jwksUri: string
}

/** Most issuers of a tenant: a stack never writes more. */
const MOST_OF_A_TENANT = 20

/** The only attributes of an item that the role may read. */
const READ = {
  Select: 'SPECIFIC_ATTRIBUTES',
  ProjectionExpression: 'tenantId, #item, machineIssuers',
  ExpressionAttributeNames: { '#item': 'item' },
} as const

type Page = Pick<ScanCommandOutput, 'Items' | 'LastEvaluatedKey'>

/**
 * Reads the issuers of one tenant, or of all tenants.
 * @throws Error if the table cannot be read
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

/**
 * Reads consistently for a tenant that is being deployed, because its item has just been written. If a scan misses an item, the next scan reads
 * it.
 */
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
