/** LangChain's chat model of OpenAI, for Node. */
import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { z } from 'zod'

const { BASE_URL, TOKEN, MODEL, EMBEDDINGS, HELLO, TOOLS, STRUCTURED, LONG, ABORT, PIXEL } = process.env
const configuration = { baseURL: `${BASE_URL}/v1` }
const make = (more = {}) => new ChatOpenAI({ model: MODEL, apiKey: TOKEN, configuration, maxRetries: 2, ...more })
const chat = make()

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools = [{ type: 'function', function: { name: 'get_weather', parameters: schema } }]
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
    return {
      calls: named(first.tool_calls),
      text: (await able.invoke([new HumanMessage(TOOLS), first, ...results])).text,
    }
  },
  async 'tools-streamed'() {
    let whole
    for await (const chunk of await chat.bindTools(tools).stream(TOOLS)) whole = whole ? whole.concat(chunk) : chunk
    return { calls: named(whole.tool_calls) }
  },
  async structured() {
    const weather = z.object({ city: z.string(), celsius: z.number() })
    return {
      object: await chat.withStructuredOutput(weather, { method: 'jsonSchema', name: 'weather' }).invoke(STRUCTURED),
    }
  },
  async image() {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }
    return { text: (await chat.invoke([new HumanMessage({ content: [{ type: 'text', text: HELLO }, image] })])).text }
  },
  async embeddings() {
    const model = new OpenAIEmbeddings({ model: EMBEDDINGS, apiKey: TOKEN, configuration, dimensions: 512 })
    const [one, other] = await model.embedDocuments(['a hub and its spokes', 'A hub, and its spokes!'])
    return { sizes: [one.length, other.length], near: one.reduce((sum, value, index) => sum + value * other[index], 0) }
  },
  async long() {
    return { words: (await chat.invoke(LONG)).text.split(' ').length }
  },
  'refused-token': () => chat.invoke(HELLO),
  'refused-model': () => make({ model: 'gpt-4o' }).invoke(HELLO),
  'refused-request': () => make({ n: 2 }).invoke(HELLO),
  async retried() {
    return { text: (await make({ maxRetries: 4 }).invoke(HELLO)).text }
  },
  throttled: () => make({ maxRetries: 0 }).invoke(HELLO),
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
  if (error.status === undefined) throw error
  process.stdout.write(JSON.stringify({ status: error.status }))
}
