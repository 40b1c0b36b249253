/** DynamoDB as every function and container of the hub calls it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { ClientOptions } from './clients.ts'

/** Not the account's own endpoint: the gateway endpoint of a VPC has the region's name. */
export const dynamoDb = (region: string, client: ClientOptions): DynamoDBClient =>
  new DynamoDBClient({
    ...client,
    endpoint: `https://dynamodb.${region}.amazonaws.com`,
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
  })
