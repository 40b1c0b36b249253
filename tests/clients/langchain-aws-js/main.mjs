/** LangChain's chat model of Bedrock, for Node. It is asked by the model's Bedrock id. */
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { ChatBedrockConverse } from '@langchain/aws'
import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import { z } from 'zod'

const { BASE_URL, TOKEN, MODEL_ID, HELLO, TOOLS, STRUCTURED, LONG, ABORT, PIXEL } = process.env
const region = 'us-east-1'
const client = (more = {}) =>
  new BedrockRuntimeClient({
    region,
    endpoint: BASE_URL,
    token: { token: TOKEN },
    authSchemePreference: ['httpBearerAuth'],
    ...more,
  })
const make = ({ maxAttempts, ...more } = {}) =>
  new ChatBedrockConverse({
    model: MODEL_ID,
    region,
    maxRetries: 0,
    client: client(maxAttempts && { maxAttempts }),
    ...more,
  })
const chat = make()

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather', parameters: schema } }]
const named = (calls) => calls.map(({ name, args }) => ({ name, input: args }))

const scenarios = {
  async hello() {
    const { text, usage_metadata } = await chat.invoke(HELLO)
    return { text, tokens: usage_metadata.total_tokens }
  },
  async stream() {
    const texts = []
    let tokens
    for await (const { text, usage_metadata } of await make({ streamUsage: true }).stream(HELLO)) {
      if (text) texts.push(text)
      tokens = usage_metadata?.total_tokens ?? tokens
    }
    return { text: texts.join(''), pieces: texts.length, tokens }
  },
  async tools() {
    const able = chat.bindTools(tools)
    const first = await able.invoke(TOOLS)
    const results = first.tool_calls.map(({ id }) => new ToolMessage({ content: 'rain', tool_call_id: id }))
    const { text } = await able.invoke([new HumanMessage(TOOLS), first, ...results])
    return { calls: named(first.tool_calls), text }
  },
  async 'tools-streamed'() {
    let whole
    for await (const chunk of await chat.bindTools(tools).stream(TOOLS)) whole = whole ? whole.concat(chunk) : chunk
    return { calls: named(whole.tool_calls) }
  },
  // By a tool that must be called: it has no other way.
  async structured() {
    const weather = z.object({ city: z.string(), celsius: z.number() })
    return { object: await chat.withStructuredOutput(weather, { name: 'weather' }).invoke(STRUCTURED) }
  },
  async image() {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }
    return { text: (await chat.invoke([new HumanMessage({ content: [{ type: 'text', text: HELLO }, image] })])).text }
  },
  async long() {
    return { words: (await make({ maxTokens: 8000 }).invoke(LONG)).text.split(' ').length }
  },
  'refused-token': () => chat.invoke(HELLO),
  'refused-model': () => make({ model: 'us.amazon.nova-pro-v1:0' }).invoke(HELLO),
  'refused-request': () => make({ temperature: 9 }).invoke(HELLO),
  async retried() {
    return { text: (await make({ maxAttempts: 4 }).invoke(HELLO)).text }
  },
  throttled: () => make({ maxAttempts: 1 }).invoke(HELLO),
  failed: () => chat.invoke(HELLO),
  async abort() {
    const leave = new AbortController()
    try {
      for await (const _ of await chat.stream(ABORT, { signal: leave.signal })) leave.abort()
    } catch (error) {
      if (!leave.signal.aborted) throw error
    }
    return { aborted: leave.signal.aborted }
  },
}

try {
  process.stdout.write(JSON.stringify(await scenarios[process.argv[2]]()))
} catch (error) {
  const status = error.$metadata?.httpStatusCode
  if (status === undefined) throw error
  process.stdout.write(JSON.stringify({ status }))
}
