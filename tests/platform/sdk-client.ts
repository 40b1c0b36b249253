/** A program that knows Bedrock and nothing of this project: its environment alone sends it to the gateway. */
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'

const [operation, modelId = ''] = process.argv.slice(2)
const input = {
  modelId,
  messages: [{ role: 'user' as const, content: [{ text: 'Who are you?' }] }],
  inferenceConfig: { maxTokens: 100 },
}
const client = new BedrockRuntimeClient({})
try {
  const { output, usage, $metadata } =
    operation === 'stream'
      ? { output: undefined, usage: undefined, ...(await client.send(new ConverseStreamCommand(input))) }
      : await client.send(new ConverseCommand(input))
  process.stdout.write(
    JSON.stringify({ status: $metadata.httpStatusCode, text: output?.message?.content?.[0]?.text, usage }),
  )
} catch (error) {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number; attempts?: number } }
  const { httpStatusCode: status, attempts } = $metadata ?? {}
  process.stdout.write(JSON.stringify({ name, status, attempts, message }))
}
