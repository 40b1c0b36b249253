/** The DynamoDB client of all functions and containers of the hub. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { ClientOptions } from './clients.ts'

/** Not the endpoint with the account's id, because a VPC's gateway endpoint has the region's name. */
export const dynamoDb = (region: string, client: ClientOptions): DynamoDBClient =>
  new DynamoDBClient({
    ...client,
    endpoint: `https://dynamodb.${region}.amazonaws.com`,
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
  })
