/** Writes a key set to the table, unless the table has a later one. */
import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { KEY_SETS_KEY, type StoredKeySet } from '../../shared/tenant.ts'
import { withinTime } from '../gateway/aws/clients.ts'

export async function storeKeySet(client: DynamoDBClient, tableName: string, set: StoredKeySet): Promise<void> {
  const { tenantId, issuer, keySet, fetchedAt } = set
  const put = new PutItemCommand({
    TableName: tableName,
    Item: {
      [KEY_SETS_KEY.hash]: { S: tenantId },
      [KEY_SETS_KEY.range]: { S: issuer },
      keySet: { S: keySet },
      fetchedAt: { N: `${fetchedAt}` },
    },
    // A run for a deployment and one of the schedule may overlap; the slower one must not replace the newer set.
    ConditionExpression: 'attribute_not_exists(fetchedAt) OR fetchedAt < :fetchedAt',
    ExpressionAttributeValues: { ':fetchedAt': { N: `${fetchedAt}` } },
  })
  try {
    await withinTime((options) => client.send(put, options))
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}
