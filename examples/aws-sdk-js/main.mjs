// The AWS SDK: Bedrock's own ConverseStream, with the token where an API key of Bedrock's would be.
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'

const { GATEWAY_URL, TENANT_ID, ID_TOKEN, AWS_REGION, MODEL = 'claude-haiku-4.5' } = process.env
const client = new BedrockRuntimeClient({
  region: AWS_REGION ?? 'us-east-1',
  endpoint: `${GATEWAY_URL}/${TENANT_ID}`,
  token: async () => ({ token: ID_TOKEN }),
  authSchemePreference: ['httpBearerAuth'],
})
const messages = [{ role: 'user', content: [{ text: 'What is a hub-and-spoke network?' }] }]
const { stream } = await client.send(new ConverseStreamCommand({ modelId: MODEL, messages }))
for await (const event of stream) process.stdout.write(event.contentBlockDelta?.delta?.text ?? '')
process.stdout.write('\n')
