// OpenAI's client for Node: a streamed answer, and a tool that the model asks for.
import OpenAI from 'openai'

const { GATEWAY_URL, TENANT_ID, ID_TOKEN, MODEL = 'claude-haiku-4.5' } = process.env
// The key is asked for at each request: a program that runs for longer than a token gives a new one here (docs/clients.md).
const client = new OpenAI({ baseURL: `${GATEWAY_URL}/${TENANT_ID}/v1`, apiKey: async () => ID_TOKEN })

const stream = await client.chat.completions.create({
  model: MODEL,
  messages: [{ role: 'user', content: 'What is a hub-and-spoke network?' }],
  stream: true,
})
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '')
process.stdout.write('\n')

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const messages = [{ role: 'user', content: 'Please get_weather {"city":"Oslo"}.' }]
const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }]
const first = await client.chat.completions.create({ model: MODEL, messages, tools })
const [{ message }] = first.choices
for (const call of message.tool_calls ?? [])
  console.log(`The model asks for ${call.function.name} ${call.function.arguments}`)
