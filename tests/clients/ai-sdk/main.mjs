/** The AI SDK, by its provider for anything compatible with OpenAI; by OpenAI's own in chat mode (hello, stream) and as it is by default (responses). */
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, embedMany, generateText, Output, RetryError, streamText, tool } from 'ai'
import { z } from 'zod'

const { BASE_URL, TOKEN, MODEL, EMBEDDINGS, HELLO, TOOLS, STRUCTURED, LONG, ABORT, PIXEL } = process.env
const where = { baseURL: `${BASE_URL}/v1`, apiKey: TOKEN }
const provider = createOpenAICompatible({
  name: 'gateway',
  ...where,
  includeUsage: true,
  supportsStructuredOutputs: true,
})
const openai = createOpenAI(where)
const model = provider(MODEL)

const weather = tool({ inputSchema: z.object({ city: z.string() }) })
const tools = { get_weather: weather }
const named = (calls) => calls.map(({ toolName, input }) => ({ name: toolName, input }))
const ask = (prompt, more = {}) => generateText({ model, prompt, ...more })

async function gathered({ textStream, totalUsage }) {
  const texts = []
  for await (const text of textStream) texts.push(text)
  return { text: texts.join(''), pieces: texts.length, tokens: (await totalUsage).totalTokens }
}

const scenarios = {
  async hello() {
    const { text, usage } = await ask(HELLO)
    const other = await generateText({ model: openai.chat(MODEL), prompt: HELLO })
    if (other.text !== text) throw new Error(`The two providers differ: ${other.text}`)
    return { text, tokens: usage.totalTokens }
  },
  async stream() {
    await gathered(streamText({ model: openai.chat(MODEL), prompt: HELLO }))
    return await gathered(streamText({ model, prompt: HELLO }))
  },
  async tools() {
    const first = await ask(TOOLS, { tools })
    const results = first.toolCalls.map(({ toolCallId, toolName }) => ({
      type: 'tool-result',
      toolCallId,
      toolName,
      output: { type: 'text', value: 'rain' },
    }))
    const messages = [{ role: 'user', content: TOOLS }, ...first.response.messages, { role: 'tool', content: results }]
    const { text } = await generateText({ model, messages, tools })
    return { calls: named(first.toolCalls), text }
  },
  async 'tools-streamed'() {
    return { calls: named(await streamText({ model, prompt: TOOLS, tools }).toolCalls) }
  },
  async structured() {
    const schema = z.object({ city: z.string(), celsius: z.number() })
    return { object: (await ask(STRUCTURED, { output: Output.object({ schema }) })).output }
  },
  async image() {
    const content = [
      { type: 'text', text: HELLO },
      { type: 'image', image: Buffer.from(PIXEL, 'base64'), mediaType: 'image/png' },
    ]
    return { text: (await generateText({ model, messages: [{ role: 'user', content }] })).text }
  },
  async responses() {
    const ask = { model: openai(MODEL), providerOptions: { openai: { store: false } } }
    const whole = await generateText({ ...ask, prompt: HELLO })
    const { text: streamed, pieces } = await gathered(streamText({ ...ask, prompt: HELLO }))
    const first = await generateText({ ...ask, prompt: TOOLS, tools })
    const results = first.toolCalls.map(({ toolCallId, toolName }) => ({
      type: 'tool-result',
      toolCallId,
      toolName,
      output: { type: 'text', value: 'rain' },
    }))
    const messages = [{ role: 'user', content: TOOLS }, ...first.response.messages, { role: 'tool', content: results }]
    const answered = await generateText({ ...ask, messages, tools })
    const schema = z.object({ city: z.string(), celsius: z.number() })
    const { output: object } = await generateText({ ...ask, prompt: STRUCTURED, output: Output.object({ schema }) })
    return { text: whole.text, streamed, pieces, calls: named(first.toolCalls), answered: answered.text, object }
  },
  async embeddings() {
    const values = ['a hub and its spokes', 'A hub, and its spokes!']
    const { embeddings } = await embedMany({
      model: provider.embeddingModel(EMBEDDINGS),
      values,
      providerOptions: { gateway: { dimensions: 512 } },
    })
    const [one, other] = embeddings
    return { sizes: [one.length, other.length], near: one.reduce((sum, value, index) => sum + value * other[index], 0) }
  },
  async long() {
    return { words: (await ask(LONG)).text.split(' ').length }
  },
  'refused-token': () => ask(HELLO),
  'refused-model': () => ask(HELLO, { model: provider('gpt-5') }),
  'refused-request': () => ask(HELLO, { temperature: 1.5 }),
  async retried() {
    return { text: (await ask(HELLO)).text }
  },
  throttled: () => ask(HELLO, { maxRetries: 0 }),
  async abort() {
    const leave = new AbortController()
    for await (const _ of streamText({ model, prompt: ABORT, abortSignal: leave.signal }).textStream) leave.abort()
    return { aborted: leave.signal.aborted }
  },
}

try {
  process.stdout.write(JSON.stringify(await scenarios[process.argv[2]]()))
} catch (error) {
  const last = RetryError.isInstance(error) ? error.lastError : error
  if (!APICallError.isInstance(last)) throw error
  process.stdout.write(JSON.stringify({ status: last.statusCode }))
}
