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
  process.stdout.write(JSON.stringify(operation === 'stream' ? await streamed() : await whole()))
} catch (error) {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number; attempts?: number } }
  const { httpStatusCode: status, attempts } = $metadata ?? {}
  process.stdout.write(JSON.stringify({ name, status, attempts, message }))
}

async function whole() {
  const { output, usage, $metadata } = await client.send(new ConverseCommand(input))
  return { status: $metadata.httpStatusCode, text: output?.message?.content?.[0]?.text, usage }
}

async function streamed() {
  const { stream, $metadata } = await client.send(new ConverseStreamCommand(input))
  let text = ''
  let usage: object | undefined
  for await (const { contentBlockDelta, metadata } of stream ?? []) {
    text += contentBlockDelta?.delta?.text ?? ''
    usage ??= metadata?.usage
  }
  return { status: $metadata.httpStatusCode, text, usage }
}
