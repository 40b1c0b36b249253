/**
 * The rejected alternative: the gateway's steps on the full SDK clients, without its checks of bodies, items and deadlines. It is kept so that
 * the decision can be measured again with every release of the SDK.
 */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const { ISSUER = '', CLIENT_ID = '', TENANT_ID = '', TABLE_NAME = '' } = process.env
const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/jwks.json`))
const sts = new STSClient({})
// DynamoDB's regional host name and not the account's own one, because the VPC's gateway endpoint has the regional name.
const dynamodb = new DynamoDBClient({ accountIdEndpointMode: 'disabled' })
let connected: Promise<{ readonly bedrock: BedrockRuntimeClient; readonly modelId: string }> | undefined

interface Event {
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

export async function handler(event: Event): Promise<{ readonly statusCode: number; readonly body: string }> {
  const token = event.multiValueHeaders.authorization?.[0]?.slice('Bearer '.length) ?? ''
  connected ??= connect()
  await jwtVerify(token, keys, { issuer: ISSUER, audience: CLIENT_ID, algorithms: ['RS256'] })
  const { bedrock, modelId } = await connected
  const { output, usage } = await bedrock.send(
    new ConverseCommand({
      modelId,
      messages: [{ role: 'user', content: [{ text: JSON.parse(event.body).prompt }] }],
      inferenceConfig: { maxTokens: 1024 },
    }),
  )
  return { statusCode: 200, body: JSON.stringify({ output, usage }) }
}

async function connect() {
  const { Items } = await dynamodb.send(
    new QueryCommand({
      TableName: TABLE_NAME,
      KeyConditionExpression: 'tenantId = :tenant',
      ExpressionAttributeValues: { ':tenant': { S: TENANT_ID } },
    }),
  )
  const item = Items?.[0]
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: item?.roleArn?.S,
      ExternalId: item?.externalId?.S,
      RoleSessionName: 'bench',
      Tags: [{ Key: 'tenant_id', Value: TENANT_ID }],
    }),
  )
  const bedrock = new BedrockRuntimeClient({
    endpoint: `https://${item?.endpoint?.S}`,
    requestHandler: new NodeHttpHandler(),
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  })
  return { bedrock, modelId: item?.models?.M?.['nova-2-lite']?.S ?? '' }
}
