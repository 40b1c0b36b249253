/** What both of Anthropic's clients are asked: its own API's and Bedrock's have the same words. */
const { MODEL, HELLO, TOOLS, STRUCTURED, LONG, ABORT, PIXEL } = process.env

/** Prints what came of the scenario that the program was started with. */
export async function answer(client, { APIError, APIUserAbortError }) {
  const ask = (content, more = {}) => ({
    model: MODEL,
    max_tokens: 8192,
    messages: [{ role: 'user', content }],
    ...more,
  })
  const textOf = ({ content }) => content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('')
  const tokensOf = ({ usage }) => usage.input_tokens + usage.output_tokens
  const tools = [
    {
      name: 'get_weather',
      input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ]
  const uses = ({ content }) => content.filter(({ type }) => type === 'tool_use')
  const named = (message) => uses(message).map(({ name, input }) => ({ name, input }))

  async function loop(more = {}) {
    const first = await client.messages.create(ask(TOOLS, { tools, ...more }))
    const content = uses(first).map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'rain' }))
    const messages = [
      { role: 'user', content: TOOLS },
      { role: 'assistant', content: first.content },
      { role: 'user', content },
    ]
    const { data, response } = await client.messages.create({ ...ask(''), messages, tools, ...more }).withResponse()
    const reasoning = first.content.find(({ type }) => type === 'thinking')?.thinking
    return { calls: named(first), text: textOf(data), reasoning, ignored: response.headers.get('x-genai-ignored') }
  }

  const scenarios = {
    async hello() {
      const message = await client.messages.create(ask(HELLO))
      return { text: textOf(message), tokens: tokensOf(message) }
    },
    async stream() {
      let pieces = 0
      const stream = client.messages.stream(ask(HELLO)).on('text', () => pieces++)
      const message = await stream.finalMessage()
      return { text: textOf(message), pieces, tokens: tokensOf(message) }
    },
    tools: () => loop(),
    reasoning: () => loop({ thinking: { type: 'enabled', budget_tokens: 1024 } }),
    async 'tools-streamed'() {
      return { calls: named(await client.messages.stream(ask(TOOLS, { tools })).finalMessage()) }
    },
    async structured() {
      const schema = {
        type: 'object',
        properties: { city: { type: 'string' }, celsius: { type: 'number' } },
        required: ['city', 'celsius'],
        additionalProperties: false,
      }
      const message = await client.messages.create(
        ask(STRUCTURED, { output_config: { format: { type: 'json_schema', schema } } }),
      )
      return { object: JSON.parse(textOf(message)) }
    },
    async image() {
      const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }
      return { text: textOf(await client.messages.create(ask([{ type: 'text', text: HELLO }, image]))) }
    },
    async long() {
      return { words: textOf(await client.messages.create(ask(LONG))).split(' ').length }
    },
    'refused-token': () => client.messages.create(ask(HELLO)),
    'refused-model': () => client.messages.create(ask(HELLO, { model: 'claude-2' })),
    'refused-request': () => client.messages.create(ask(HELLO, { max_tokens: 0 })),
    async retried() {
      return { text: textOf(await client.messages.create(ask(HELLO))) }
    },
    throttled: () => client.messages.create(ask(HELLO), { maxRetries: 0 }),
    failed: () => client.messages.create(ask(HELLO)),
    async abort() {
      const stream = client.messages.stream(ask(ABORT))
      try {
        for await (const event of stream) if (event.type === 'content_block_delta') stream.abort()
      } catch (error) {
        if (!(error instanceof APIUserAbortError)) throw error
      }
      return { aborted: stream.aborted }
    },
  }

  try {
    process.stdout.write(JSON.stringify(await scenarios[process.argv[2]]()))
  } catch (error) {
    if (!(error instanceof APIError)) throw error
    process.stdout.write(JSON.stringify({ status: error.status, type: error.type }))
  }
}
