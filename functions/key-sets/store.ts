/** Writes a key set to the table, unless a later one is there. */
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
    // A deployment's run and the schedule's may overlap, and the slower one has the older set.
    ConditionExpression: 'attribute_not_exists(fetchedAt) OR fetchedAt < :fetchedAt',
    ExpressionAttributeValues: { ':fetchedAt': { N: `${fetchedAt}` } },
  })
  try {
    await withinTime((options) => client.send(put, options))
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}
