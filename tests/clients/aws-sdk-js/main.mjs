/** The AWS SDK, told by its environment where to and as whom. */
process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = process.env.BASE_URL
process.env.AWS_BEARER_TOKEN_BEDROCK = process.env.TOKEN
process.env.AWS_REGION = 'us-east-1'

const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } = await import('@aws-sdk/client-bedrock-runtime')
const { MODEL, HELLO, TOOLS, STRUCTURED, LONG, ABORT, PIXEL } = process.env
const client = new BedrockRuntimeClient({})
const once = new BedrockRuntimeClient({ maxAttempts: 1 })

const user = (...content) => ({
  role: 'user',
  content: content.map((one) => (typeof one === 'string' ? { text: one } : one)),
})
const input = (messages, more = {}) => ({ modelId: MODEL, messages, inferenceConfig: { maxTokens: 8192 }, ...more })
const ask = (messages, more) => client.send(new ConverseCommand(input(messages, more)))
const events = async (messages, more, options) =>
  (await client.send(new ConverseStreamCommand(input(messages, more)), options)).stream
const textOf = ({ output }) => output.message.content.map(({ text = '' }) => text).join('')
const inputSchema = { json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }
const toolConfig = { tools: [{ toolSpec: { name: 'get_weather', inputSchema } }] }
const uses = ({ content }) => content.flatMap(({ toolUse }) => toolUse ?? [])

const scenarios = {
  async hello() {
    const answer = await ask([user(HELLO)])
    return { text: textOf(answer), tokens: answer.usage.totalTokens }
  },
  async stream() {
    const texts = []
    let tokens
    for await (const { contentBlockDelta, metadata } of await events([user(HELLO)])) {
      if (contentBlockDelta?.delta?.text) texts.push(contentBlockDelta.delta.text)
      tokens = metadata?.usage?.totalTokens ?? tokens
    }
    return { text: texts.join(''), pieces: texts.length, tokens }
  },
  async tools() {
    const { message } = (await ask([user(TOOLS)], { toolConfig })).output
    const results = uses(message).map(({ toolUseId }) => ({ toolResult: { toolUseId, content: [{ text: 'rain' }] } }))
    const calls = uses(message).map(({ name, input: given }) => ({ name, input: given }))
    return { calls, text: textOf(await ask([user(TOOLS), message, user(...results)], { toolConfig })) }
  },
  async 'tools-streamed'() {
    const calls = []
    for await (const { contentBlockStart, contentBlockDelta } of await events([user(TOOLS)], { toolConfig })) {
      if (contentBlockStart?.start?.toolUse) calls.push({ name: contentBlockStart.start.toolUse.name, input: '' })
      if (contentBlockDelta?.delta?.toolUse) calls.at(-1).input += contentBlockDelta.delta.toolUse.input
    }
    return { calls: calls.map(({ name, input: text }) => ({ name, input: JSON.parse(text || '{}') })) }
  },
  async structured() {
    const properties = { city: { type: 'string' }, celsius: { type: 'number' } }
    const schema = { type: 'object', properties, required: ['city', 'celsius'], additionalProperties: false }
    const jsonSchema = { name: 'weather', schema: JSON.stringify(schema) }
    const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
    return { object: JSON.parse(textOf(await ask([user(STRUCTURED)], { outputConfig }))) }
  },
  async image() {
    const image = { format: 'png', source: { bytes: Buffer.from(PIXEL, 'base64') } }
    return { text: textOf(await ask([user(HELLO, { image })])) }
  },
  async long() {
    return { words: textOf(await ask([user(LONG)])).split(' ').length }
  },
  'refused-token': () => ask([user(HELLO)]),
  'refused-model': () => ask([user(HELLO)], { modelId: 'anthropic.claude-v2' }),
  'refused-request': () => ask([user(' ')]),
  async retried() {
    return { text: textOf(await ask([user(HELLO)])) }
  },
  throttled: () => once.send(new ConverseCommand(input([user(HELLO)]))),
  failed: () => ask([user(HELLO)]),
  async abort() {
    const leave = new AbortController()
    try {
      for await (const _ of await events([user(ABORT)], {}, { abortSignal: leave.signal })) {
        leave.abort()
        break
      }
    } catch (error) {
      if (error.name !== 'AbortError') throw error
    }
    return { aborted: leave.signal.aborted }
  },
}

try {
  process.stdout.write(JSON.stringify(await scenarios[process.argv[2]]()))
} catch (error) {
  // The load balancer's own 401 has a body of HTML, which the SDK cannot read: an error of its parser, with the status.
  if (!error.$metadata) throw error
  process.stdout.write(JSON.stringify({ status: error.$metadata.httpStatusCode, code: error.name }))
}
process.exit()
