/** OpenAI's client for Node. */
import OpenAI from 'openai'

const { BASE_URL, TOKEN, MODEL, EMBEDDINGS, HELLO, TOOLS, STRUCTURED, LONG, ABORT, PIXEL } = process.env
const client = new OpenAI({ baseURL: `${BASE_URL}/v1`, apiKey: async () => TOKEN })

const ask = (content, more = {}) => ({ model: MODEL, messages: [{ role: 'user', content }], ...more })
const textOf = (completion) => completion.choices[0].message.content
const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]
const calls = (message) =>
  message.tool_calls.map(({ function: { name, arguments: input } }) => ({ name, input: JSON.parse(input) }))

const scenarios = {
  async hello() {
    const completion = await client.chat.completions.create(ask(HELLO))
    return {
      text: textOf(completion),
      tokens: completion.usage.total_tokens,
      models: (await client.models.list()).data.length,
    }
  },
  async stream() {
    const texts = []
    let tokens
    const more = { stream: true, stream_options: { include_usage: true } }
    for await (const { choices, usage } of await client.chat.completions.create(ask(HELLO, more))) {
      if (choices[0]?.delta.content) texts.push(choices[0].delta.content)
      tokens = usage?.total_tokens ?? tokens
    }
    return { text: texts.join(''), pieces: texts.length, tokens }
  },
  async tools() {
    const first = await client.chat.completions.create(ask(TOOLS, { tools }))
    const { message } = first.choices[0]
    const results = message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'rain' }))
    const messages = [{ role: 'user', content: TOOLS }, message, ...results]
    return {
      calls: calls(message),
      text: textOf(await client.chat.completions.create({ model: MODEL, messages, tools })),
    }
  },
  async reasoning() {
    const more = { tools, reasoning_effort: 'low' }
    const { message } = (await client.chat.completions.create(ask(TOOLS, more))).choices[0]
    const results = message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'rain' }))
    const messages = [{ role: 'user', content: TOOLS }, message, ...results]
    const { data, response } = await client.chat.completions.create({ model: MODEL, messages, ...more }).withResponse()
    return {
      reasoning: message.reasoning_content,
      text: textOf(data),
      ignored: response.headers.get('x-genai-ignored'),
    }
  },
  async 'tools-streamed'() {
    return { calls: calls(await client.chat.completions.stream(ask(TOOLS, { tools })).finalMessage()) }
  },
  async structured() {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, celsius: { type: 'number' } },
      required: ['city', 'celsius'],
      additionalProperties: false,
    }
    const response_format = { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema } }
    const completion = await client.chat.completions.parse(ask(STRUCTURED, { response_format }))
    return { object: completion.choices[0].message.parsed }
  },
  async responses() {
    const ask = (input, more = {}) => ({ model: MODEL, input, store: false, ...more })
    const whole = await client.responses.create(ask(HELLO))
    const texts = []
    for await (const event of await client.responses.create(ask(HELLO, { stream: true }))) {
      if (event.type === 'response.output_text.delta') texts.push(event.delta)
    }
    const [{ type, function: weather }] = tools
    const more = { tools: [{ type, ...weather, strict: false }] }
    const first = await client.responses.stream(ask(TOOLS, more)).finalResponse()
    const asked = first.output.filter((item) => item.type === 'function_call')
    const results = asked.map(({ call_id }) => ({ type: 'function_call_output', call_id, output: 'rain' }))
    const second = await client.responses.create(
      ask([{ role: 'user', content: TOOLS }, ...first.output, ...results], more),
    )
    const properties = { city: { type: 'string' }, celsius: { type: 'number' } }
    const schema = { type: 'object', properties, required: ['city', 'celsius'], additionalProperties: false }
    const format = { type: 'json_schema', name: 'weather', strict: true, schema }
    const { output_parsed: object } = await client.responses.parse(ask(STRUCTURED, { text: { format } }))
    return {
      text: whole.output_text,
      streamed: texts.join(''),
      pieces: texts.length,
      calls: asked.map(({ name, arguments: input }) => ({ name, input: JSON.parse(input) })),
      answered: second.output_text,
      object,
    }
  },
  async embeddings() {
    const input = ['a hub and its spokes', 'A hub, and its spokes!']
    const { data } = await client.embeddings.create({ model: EMBEDDINGS, input, dimensions: 512 })
    const [one, other] = data.map(({ embedding }) => embedding)
    return { sizes: [one.length, other.length], near: one.reduce((sum, value, index) => sum + value * other[index], 0) }
  },
  async image() {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }
    return { text: textOf(await client.chat.completions.create(ask([{ type: 'text', text: HELLO }, image]))) }
  },
  async long() {
    const { choices } = await client.chat.completions.create(ask(LONG))
    return { words: choices[0].message.content.split(' ').length, finish: choices[0].finish_reason }
  },
  'refused-token': () => client.chat.completions.create(ask(HELLO)),
  'refused-model': () => client.chat.completions.create(ask(HELLO, { model: 'gpt-5' })),
  'refused-request': () => client.chat.completions.create(ask(HELLO, { n: 2 })),
  async retried() {
    return { text: textOf(await client.chat.completions.create(ask(HELLO))) }
  },
  throttled: () => client.chat.completions.create(ask(HELLO), { maxRetries: 0 }),
  failed: () => client.chat.completions.create(ask(HELLO)),
  async abort() {
    const stream = await client.chat.completions.create(ask(ABORT, { stream: true }))
    for await (const _ of stream) break
    return { aborted: stream.controller.signal.aborted }
  },
}

try {
  process.stdout.write(JSON.stringify(await scenarios[process.argv[2]]()))
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error
  process.stdout.write(JSON.stringify({ status: error.status, code: error.code, param: error.param, type: error.type }))
}
