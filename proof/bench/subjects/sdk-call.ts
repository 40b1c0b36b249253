/** One bare call of the AWS SDK, over HTTP/1.1 with kept connections, which is faster here than the client's own HTTP/2. */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'

const client = new BedrockRuntimeClient({ requestHandler: new NodeHttpHandler() })

export async function handler(): Promise<{ readonly statusCode: number; readonly body: string }> {
  const { output } = await client.send(
    new ConverseCommand({
      modelId: 'us.amazon.nova-2-lite-v1:0',
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      inferenceConfig: { maxTokens: 1024 },
    }),
  )
  return { statusCode: 200, body: JSON.stringify(output) }
}
