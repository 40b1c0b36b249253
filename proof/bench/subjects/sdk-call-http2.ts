/** One bare call of the AWS SDK with its default settings, which means HTTP/2. */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'

const client = new BedrockRuntimeClient({})

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
