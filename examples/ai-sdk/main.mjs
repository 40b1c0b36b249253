// The AI SDK by Vercel, through its OpenAI-compatible provider.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { streamText } from 'ai'

const { GATEWAY_URL, TENANT_ID, ID_TOKEN, MODEL = 'claude-haiku-4.5' } = process.env
const gateway = createOpenAICompatible({
  name: 'gateway',
  baseURL: `${GATEWAY_URL}/${TENANT_ID}/v1`,
  apiKey: ID_TOKEN,
  supportsStructuredOutputs: true,
})
// It repeats by itself, whatever the gateway says of it: a failed answer must not be paid for twice.
const { textStream } = streamText({ model: gateway(MODEL), prompt: 'What is a hub-and-spoke network?', maxRetries: 0 })
for await (const text of textStream) process.stdout.write(text)
process.stdout.write('\n')
