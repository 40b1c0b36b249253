// Anthropic's client: the token is the auth token, never the API key, which the load balancer does not read.
import Anthropic from '@anthropic-ai/sdk'

const { GATEWAY_URL, TENANT_ID, ID_TOKEN, MODEL = 'claude-haiku-4.5' } = process.env
const client = new Anthropic({ baseURL: `${GATEWAY_URL}/${TENANT_ID}`, authToken: ID_TOKEN, apiKey: null })

const messages = [{ role: 'user', content: 'What is a hub-and-spoke network?' }]
const stream = client.messages.stream({ model: MODEL, max_tokens: 1000, messages })
stream.on('text', (text) => process.stdout.write(text))
const { usage } = await stream.finalMessage()
console.log(`\n${usage.input_tokens} tokens in, ${usage.output_tokens} out`)
