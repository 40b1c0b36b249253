import { describe, expect, it } from 'vitest'
import { HAIKU, HAIKU_3, invoke, invokeStream, SONNET, useBedrock } from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

const BASE = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 2000 }
const asking = (content: unknown, more = {}) => ({ ...BASE, messages: [{ role: 'user', content }], ...more })
const clock = { name: 'clock', input_schema: { type: 'object', properties: {} } }
const weather = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const thinking = { type: 'enabled', budget_tokens: 1024 }

interface Part {
  readonly type: string
  readonly index?: number
  readonly delta?: Record<string, unknown>
  readonly content_block?: Record<string, unknown>
  readonly message?: Record<string, unknown>
}
const partsOf = async (body: unknown) => (await invokeStream(HAIKU, body)) as unknown as readonly Part[]

describe.skipIf(REMOTE)("Bedrock, InvokeModel in Anthropic's format", () => {
  useBedrock()

  it('takes text and blocks of text', async () => {
    const answer = await invoke(HAIKU_3, asking('Hello', { system: 'Be short.', temperature: 0.1 }))
    expect(answer).toMatchObject({
      type: 'message',
      role: 'assistant',
      stop_reason: 'end_turn',
      model: 'claude-3-haiku-20240307',
      content: [{ type: 'text', text: expect.stringContaining('Claude 3 Haiku') }],
      usage: { input_tokens: 5, output_tokens: expect.any(Number) },
    })
    const blocks = asking([{ type: 'text', text: 'Hello' }], { system: [{ type: 'text', text: 'Be short.' }] })
    expect((await invoke(HAIKU_3, blocks)).content).toEqual(answer.content)
  })

  it('streams the events of its API', async () => {
    const body = asking('Look at the clock, and get_weather {"city":"Rome"}.', { tools: [clock, weather], thinking })
    const [whole, parts] = [await invoke(HAIKU, body), await partsOf(body)]
    expect(parts[0]?.message).toMatchObject({
      role: 'assistant',
      content: [],
      stop_reason: null,
      usage: { input_tokens: whole.usage.input_tokens },
    })
    const starts = parts.filter(({ type }) => type === 'content_block_start')
    expect(starts.map(({ index, content_block }) => [index, content_block?.type])).toEqual([
      [0, 'thinking'],
      [1, 'text'],
      [2, 'tool_use'],
      [3, 'tool_use'],
    ])
    const deltas = (index: number) =>
      parts.filter(({ type, index: of }) => type === 'content_block_delta' && of === index)
    expect(deltas(0).at(-1)?.delta).toEqual({ type: 'signature_delta', signature: whole.content[0].signature })
    const join = (index: number, field: string) =>
      deltas(index)
        .map(({ delta }) => delta?.[field] ?? '')
        .join('')
    expect(join(0, 'thinking')).toBe(whole.content[0].thinking)
    expect(join(1, 'text')).toBe(whole.content[1].text)
    // A tool without arguments yields nothing, as from Anthropic.
    expect(join(2, 'partial_json')).toBe('')
    expect(JSON.parse(join(3, 'partial_json'))).toEqual({ city: 'Rome' })
    expect(parts.at(-2)).toMatchObject({
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: whole.usage.output_tokens },
    })
    expect(parts.at(-1)).toMatchObject({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { outputTokenCount: whole.usage.output_tokens },
    })
  })

  it('goes on after its tools have answered, with its thinking', async () => {
    const question = { role: 'user', content: 'Look at the clock.' }
    const first = await invoke(HAIKU, { ...BASE, messages: [question], tools: [clock], thinking })
    const said = { role: 'assistant', content: first.content }
    const { id } = first.content.find(({ type }: { type: string }) => type === 'tool_use')
    expect(id).toMatch(/^toolu_bdrk_/)
    const answered = { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'noon' }] }
    const messages = [question, said, answered]
    const second = await invoke(HAIKU, { ...BASE, messages, tools: [clock], thinking })
    expect(second).toMatchObject({ stop_reason: 'end_turn' })
    expect(second.content.at(-1).text).toContain('1 tool answered, in 1 word: “noon”')
  })

  it('has choices of tools that Converse has not', async () => {
    const body = (tool_choice: unknown) =>
      asking('The clock, and get_weather {}', { tools: [clock, weather], tool_choice })
    const calls = async (choice: unknown) =>
      (await invoke(HAIKU, body(choice))).content.filter(({ type }: { type: string }) => type === 'tool_use').length
    expect(await calls({ type: 'none' })).toBe(0)
    expect(await calls({ type: 'auto' })).toBe(2)
    expect(await calls({ type: 'auto', disable_parallel_tool_use: true })).toBe(1)
    expect(await calls({ type: 'tool', name: 'clock' })).toBe(1)
  })

  it('looks at images and documents, and writes to a schema', async () => {
    const data = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64')
    const content = [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
      { type: 'document', title: 'zoo', source: { type: 'text', media_type: 'text/plain', data: 'of lions' } },
      { type: 'text', text: 'What?' },
    ]
    expect((await invoke(HAIKU, asking(content))).content[0].text).toContain('a png of 8 bytes, the txt “zoo”')
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
      additionalProperties: false,
    }
    const output_config = { format: { type: 'json_schema', schema } }
    expect((await invoke(HAIKU, asking('What?', { output_config }))).content[0].text).toBe('{"n":1}')
  })

  it('caches up to its marks', async () => {
    const text = 'A long instruction. '.repeat(300)
    const system = [{ type: 'text', text, cache_control: { type: 'ephemeral' } }]
    const usage = async () => (await invoke(SONNET, asking('Hello', { system }))).usage
    const tokens = text.length / 4
    expect(await usage()).toMatchObject({
      input_tokens: 2,
      cache_creation_input_tokens: tokens,
      cache_read_input_tokens: 0,
    })
    expect(await usage()).toMatchObject({
      input_tokens: 2,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: tokens,
    })
  })

  const turns = (...content: unknown[]) =>
    content.map((one, index) => ({ role: index % 2 ? 'assistant' : 'user', content: one }))
  const call = { type: 'tool_use', id: 'a', name: 'clock', input: {} }

  it.each<[string, object, RegExp]>([
    ['the model in the body', { model: 'claude' }, /^model: Extra inputs are not permitted/],
    ['a stream in the body', { stream: true }, /^stream: Extra inputs are not permitted/],
    [
      'what is in no block',
      { messages: turns([{ type: 'text', text: 'a', x: 1 }]) },
      /messages\.0\.content\.0\.text\.x: Extra inputs/,
    ],
    ['a block without a type', { messages: turns([{ text: 'a' }]) }, /^messages\.0\.content\.0\.type: Field required/],
    ['a block of no type', { messages: turns([{ type: 'x' }]) }, /Input tag 'x' found using 'type'/],
    ['no message', { messages: [] }, /at least one message is required/],
    [
      'an assistant first',
      { messages: [{ role: 'assistant', content: 'a' }] },
      /first message must use the "user" role/,
    ],
    ['an empty text', { messages: turns('') }, /text content blocks must be non-empty/],
    ['a blank text', { messages: turns(' ') }, /must contain non-whitespace text/],
    [
      'a call without a result',
      { tools: [clock], messages: turns('a', [call], 'b') },
      /`tool_use` ids were found without/,
    ],
    [
      'a result without a call',
      { tools: [clock], messages: turns([{ type: 'tool_result', tool_use_id: 'a' }]) },
      /unexpected `tool_use_id`/,
    ],
    [
      'a history of tools without tools',
      { messages: turns('a', [call], [{ type: 'tool_result', tool_use_id: 'a' }]) },
      /must define tools/,
    ],
    ['more tokens than there are', { max_tokens: 64_001 }, /^max_tokens: 64001 > 64000, which is the maximum/],
    ['an unknown beta', { anthropic_beta: ['new-2030'] }, /^invalid beta flag/],
    [
      'thinking that it has not signed',
      {
        messages: turns(
          'a',
          [
            { type: 'thinking', thinking: 'b', signature: 'c' },
            { type: 'text', text: 'd' },
          ],
          'e',
        ),
      },
      /^messages\.1\.content\.0: Invalid `signature`/,
    ],
  ])('refuses %s, in the words of Anthropic alone', async (_what, more, message) => {
    const error = await failure(invoke(HAIKU, asking('Hello', more)))
    expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toMatch(message)
  })

  it('joins turns of one role, as Anthropic does', async () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
    ]
    expect((await invoke(HAIKU, { ...BASE, messages })).stop_reason).toBe('end_turn')
  })

  it('refuses by its name what it has not', async () => {
    expect(await failure(invoke(HAIKU, asking('a', { context_management: {} })))).toMatchObject({
      name: 'UnsupportedByLocalCloud',
      message: expect.stringContaining('context_management'),
    })
  })
})
