/** Each of these is a public complaint about a gateway of this kind. */
import { describe, expect, test } from 'vitest'
import {
  blockStop,
  call,
  chunksOf,
  deltas,
  HELLO,
  map,
  NOVA,
  OPUS,
  refusal,
  result,
  START,
  stop,
  text,
  toolInput,
  toolStart,
  USAGE,
  WEATHER,
} from './testing/chat.ts'

const turns = (fields: object, model?: { readonly id: string }) => map({ ...fields }, model).body.messages
const history = [HELLO, { role: 'assistant', content: null, tool_calls: [call('c1')] }, result('c1')]

describe('streams', () => {
  test('the number of a content block is not the index of a choice', () => {
    const chunks = chunksOf([START, text(3, 'a'), blockStop(3), toolStart(4, 't'), blockStop(4), stop('tool_use')])
    expect(chunks.flatMap(({ choices }) => choices.map(({ index }) => index)).every((index) => index === 0)).toBe(true)
  })

  test('the indexes of tools are dense', () => {
    const events = [
      START,
      text(0, 'a'),
      blockStop(0),
      toolStart(2, 't1'),
      blockStop(2),
      toolStart(7, 't2'),
      blockStop(7),
      stop(),
    ]
    const indexes = deltas(chunksOf(events)).flatMap(({ tool_calls }) => (tool_calls ?? []).map(({ index }) => index))
    expect([...new Set(indexes)]).toEqual([0, 1])
  })

  test('text without the start of a block is text', () => {
    expect(deltas(chunksOf([START, text(0, 'Hello'), stop()]))).toContainEqual({ content: 'Hello' })
  })

  test('a tool without arguments has {}, not an empty text', () => {
    const all = (events: readonly unknown[]) =>
      deltas(chunksOf(events))
        .flatMap(({ tool_calls }) => tool_calls ?? [])
        .map((one) => one.function?.arguments)
        .join('')
    expect(all([START, toolStart(0, 't'), blockStop(0), stop('tool_use')])).toBe('{}')
    expect(all([START, toolStart(0, 't'), toolInput(0, ''), blockStop(0), stop('tool_use')])).toBe('{}')
    expect(all([START, toolStart(0, 't'), stop('tool_use')])).toBe('{}')
  })

  test('include_usage is obeyed: one chunk without choices before the end, and none unasked', () => {
    expect(
      chunksOf([START, text(0, 'a'), stop(), USAGE], true).filter(({ choices }) => choices.length === 0),
    ).toHaveLength(1)
    expect(chunksOf([START, text(0, 'a'), stop(), USAGE]).filter(({ choices }) => choices.length === 0)).toHaveLength(0)
  })

  test('calls beside another stop reason are told as calls', () => {
    const chunks = chunksOf([START, toolStart(0, 't'), blockStop(0), stop('end_turn')])
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')
  })
})

describe('tools', () => {
  test('a history of tools without tools goes to the model as text, with all that happened', () => {
    for (const fields of [{}, { tools: [] }, { tools: [WEATHER], tool_choice: 'none' }]) {
      const { body } = map({ messages: history, ...fields })
      expect(body.toolConfig).toBeUndefined()
      expect(body.messages).toEqual([
        { role: 'user', content: [{ text: 'Hello' }] },
        { role: 'assistant', content: [{ text: '[Tool call c1: get_weather({"city":"Oslo"})]' }] },
        { role: 'user', content: [{ text: '[Result of tool call c1]\nrain' }] },
      ])
    }
  })

  test('tools: [] is no tools', () => {
    expect(map({ tools: [] }).body.toolConfig).toBeUndefined()
  })

  test('results come in one turn of the user, whatever their order', () => {
    const calls = [call('c1'), call('c2')]
    const messages = [
      HELLO,
      { role: 'assistant', tool_calls: calls },
      result('c2'),
      result('c1'),
      { role: 'user', content: 'So?' },
    ]
    expect(turns({ messages, tools: [WEATHER] })?.[2]).toEqual({
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'c2', content: [{ text: 'rain' }] } },
        { toolResult: { toolUseId: 'c1', content: [{ text: 'rain' }] } },
        { text: 'So?' },
      ],
    })
  })

  test.each([
    [
      'a call without a result',
      [HELLO, { role: 'assistant', tool_calls: [call('c1'), call('c2')] }, result('c1')],
      'messages.1.tool_calls.1',
    ],
    [
      'a call with the user after it',
      [HELLO, { role: 'assistant', tool_calls: [call('c1')] }, HELLO],
      'messages.1.tool_calls.0',
    ],
    ['a result without a call', [HELLO, result('c1')], 'messages.1.tool_call_id'],
    ['a second result', [...history, result('c1')], 'messages.3.tool_call_id'],
    [
      'two calls of one id',
      [HELLO, { role: 'assistant', tool_calls: [call('c1'), call('c1')] }, result('c1')],
      'messages.1.tool_calls',
    ],
  ])('%s is told as what it is', (_what, messages, param) => {
    expect(refusal({ messages, tools: [WEATHER] })).toMatchObject({ code: 'field_invalid', param })
  })

  test('ids of other providers stay a pair', () => {
    const id = 'functions.get_weather:0'
    const messages = [HELLO, { role: 'assistant', tool_calls: [call(id)] }, result(id)]
    const [, assistant, user] = turns({ messages, tools: [WEATHER] }) ?? []
    const used = assistant?.content?.[0]?.toolUse?.toolUseId
    expect(used).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(user?.content?.[0]?.toolResult?.toolUseId).toBe(used)
  })

  test('the content of a tool may be a list', () => {
    const parts = [
      { type: 'text', text: 'rain' },
      { type: 'text', text: '7 °C' },
    ]
    const messages = [...history.slice(0, 2), result('c1', parts)]
    expect(turns({ messages, tools: [WEATHER] })?.[2]?.content?.[0]?.toolResult?.content).toEqual([
      { text: 'rain' },
      { text: '7 °C' },
    ])
  })

  test('an empty result and empty arguments are taken', () => {
    const messages = [HELLO, { role: 'assistant', content: '', tool_calls: [call('c1', '')] }, result('c1', '')]
    expect(turns({ messages, tools: [WEATHER] })?.slice(1)).toEqual([
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'c1', name: 'get_weather', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'c1', content: [{ text: '(empty)' }] } }] },
    ])
  })

  test('numbers in schemas and arguments stay as they were written', () => {
    const long = '{"id":12345678901234567890}'
    const messages = [HELLO, { role: 'assistant', tool_calls: [call('c1', long)] }, result('c1')]
    expect(JSON.stringify(map({ messages, tools: [WEATHER] }).body)).toContain('12345678901234567890')
  })

  test('parallel_tool_calls: false is obeyed by Claude beside any choice, and named where it cannot be', () => {
    const fields = { tools: [WEATHER], parallel_tool_calls: false }
    expect(map(fields).body.additionalModelRequestFields).toEqual({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
    const forced = map({ ...fields, tool_choice: 'required' }).body
    expect(forced.toolConfig?.toolChoice).toEqual({ any: {} })
    expect(forced.additionalModelRequestFields).toEqual({ tool_choice: { disable_parallel_tool_use: true } })
    expect(map(fields, NOVA)).toMatchObject({ ignored: ['parallel_tool_calls'] })
    expect(map({ parallel_tool_calls: false }).body.additionalModelRequestFields).toBeUndefined()
  })

  test('a schema for the answer is no made-up tool that swallows real calls', () => {
    const json_schema = { name: 'out', schema: { type: 'object' } }
    const { body } = map({ response_format: { type: 'json_schema', json_schema }, tools: [WEATHER] })
    expect(body.toolConfig).toEqual(map({ tools: [WEATHER] }).body.toolConfig)
    expect(body.outputConfig).toBeDefined()
  })
})

describe('texts', () => {
  test('blank texts are left out, and a conversation without any is refused', () => {
    const messages = [
      { role: 'system', content: ' ' },
      HELLO,
      { role: 'assistant', content: '' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '\n' },
          { type: 'text', text: 'There?' },
        ],
      },
    ]
    expect(map({ messages }).body).toMatchObject({
      messages: [{ role: 'user', content: [{ text: 'Hello' }, { text: 'There?' }] }],
    })
    expect(map({ messages }).body.system).toBeUndefined()
    expect(refusal({ messages: [{ role: 'user', content: ' ' }] }).param).toBe('messages')
  })

  test('the beginning of an answer is passed on, or refused where the model does not take it', () => {
    const messages = [HELLO, { role: 'assistant', content: '{ \n' }]
    expect(turns({ messages })?.at(-1)).toEqual({ role: 'assistant', content: [{ text: '{' }] })
    expect(refusal({ messages }, OPUS).param).toBe('messages.1')
    expect(refusal({ messages, reasoning_effort: 'low' }).param).toBe('messages.1')
  })

  test('json_object is refused, not ignored', () => {
    expect(refusal({ response_format: { type: 'json_object' } })).toMatchObject({
      param: 'response_format',
      message: expect.stringContaining('json_schema'),
    })
  })
})

describe('sampling', () => {
  test('temperature with top_p is refused for Claude 4, but for a default, which asks for nothing', () => {
    expect(refusal({ temperature: 0.5, top_p: 0.5 }).param).toBe('top_p')
    expect(map({ temperature: 0.5, top_p: 1 }).body.inferenceConfig).toEqual({ maxTokens: 8192, temperature: 0.5 })
    expect(map({ temperature: 1, top_p: 0.5 }).body.inferenceConfig).toEqual({ maxTokens: 8192, topP: 0.5 })
    expect(map({ temperature: 0.5, top_p: 0.5 }, NOVA).body.inferenceConfig).toMatchObject({
      temperature: 0.5,
      topP: 0.5,
    })
  })

  test('a temperature above Claude’s range is refused, not cut', () => {
    expect(refusal({ temperature: 1.2 })).toMatchObject({ code: 'number_out_of_range', param: 'temperature' })
  })

  test('Claude from 4.7 on takes neither', () => {
    expect(refusal({ temperature: 0.7 }, OPUS).param).toBe('temperature')
    expect(map({ temperature: 1, top_p: 1 }, OPUS).body.inferenceConfig).toEqual({ maxTokens: 8192 })
  })
})

describe('signed and redacted reasoning in the second turn', () => {
  const thinking_blocks = [
    { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
    { type: 'redacted_thinking', data: 'aGk=' },
  ]
  const loop = (assistant: object) => ({
    reasoning_effort: 'low',
    tools: [WEATHER],
    messages: [HELLO, { role: 'assistant', content: null, tool_calls: [call('c1')], ...assistant }, result('c1')],
  })

  test('goes back before the calls, unchanged', () => {
    const { body, ignored } = map(loop({ thinking_blocks, reasoning_content: 'Hm.' }))
    expect(body.messages?.[1]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig' } } },
      { reasoningContent: { redactedContent: 'aGk=' } },
      { toolUse: { toolUseId: 'c1', name: 'get_weather', input: { city: 'Oslo' } } },
    ])
    expect(body.additionalModelRequestFields).toHaveProperty('thinking')
    expect(ignored).toEqual([])
  })

  test('that a client has lost turns reasoning off, which is named: never 400', () => {
    for (const assistant of [
      {},
      { reasoning_content: 'Hm.' },
      { thinking_blocks: [{ type: 'thinking', thinking: 'Hm.' }] },
    ]) {
      const { body, ignored } = map(loop(assistant))
      expect(body.additionalModelRequestFields).toBeUndefined()
      expect(ignored).toContain('reasoning_effort')
    }
  })

  test('of the first call counts for a loop of several', () => {
    const messages = [
      ...loop({ thinking_blocks }).messages,
      { role: 'assistant', tool_calls: [call('c2')] },
      result('c2'),
    ]
    expect(map({ ...loop({}), messages }).body.additionalModelRequestFields).toHaveProperty('thinking')
    const later = [...loop({}).messages, { role: 'assistant', content: 'Rain.' }, HELLO]
    expect(map({ ...loop({}), messages: later }).body.additionalModelRequestFields).toHaveProperty('thinking')
  })
})
