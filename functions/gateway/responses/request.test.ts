import type { OpenAI } from 'openai'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Use } from '../openai/field-uses.ts'
import { NOVA } from '../openai/testing/chat.ts'
import * as fields from './fields.ts'
import { sealed } from './reasoning.ts'
import { responsesSchema } from './schema.ts'
import { map, refusal } from './testing.ts'

const tool = { type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} }, strict: false }
const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'get_weather', arguments: '{"city":"Oslo"}' })
const output = (id: string) => ({ type: 'function_call_output', call_id: id, output: 'rain' })
const use = (id: string) => ({ toolUse: { toolUseId: id, name: 'get_weather', input: { city: 'Oslo' } } })
const result = (id: string) => ({ toolResult: { toolUseId: id, content: [{ text: 'rain' }] } })

describe('fields', () => {
  test('are exactly those of the openai package', () => {
    expectTypeOf<keyof typeof fields.RESPONSES>().toEqualTypeOf<keyof OpenAI.Responses.ResponseCreateParams>()
    expectTypeOf<keyof typeof fields.TOOL>().toEqualTypeOf<keyof OpenAI.Responses.FunctionTool>()
    expect(Object.keys(responsesSchema.entries).sort()).toEqual(Object.keys(fields.RESPONSES).sort())
  })

  test('say what to do instead where they are refused', () => {
    for (const table of Object.values(fields)) {
      for (const one of Object.values<Use>(table)) {
        if (typeof one === 'object' && 'refused' in one) expect(one.refused).toMatch(/\.$/)
      }
    }
  })

  test('that are ignored are named, and what asks for nothing is not', () => {
    const asks = {
      store: true,
      metadata: { a: 'b' },
      truncation: 'auto',
      text: { verbosity: 'low' },
      reasoning: { mode: 'pro' },
    }
    expect(map(asks).ignored).toEqual(['metadata', 'reasoning.mode', 'store', 'text.verbosity', 'truncation'])
    const nothing = { store: false, metadata: {}, truncation: 'disabled', user: null, background: false, n: undefined }
    expect(map(nothing).ignored).toEqual([])
  })
})

describe('input', () => {
  test('is a text, or messages with and without a type', () => {
    const { body } = map({ instructions: 'Be brief.', input: 'Hi', max_output_tokens: 50, temperature: 0.5 })
    expect(body).toEqual({
      system: [{ text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { maxTokens: 50, temperature: 0.5 },
    })
    const input = [
      { role: 'developer', content: 'Be brief.' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Yes?', annotations: [] }],
      },
      { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' }] },
    ]
    expect(map({ input })).toMatchObject({
      ignored: [],
      body: {
        system: [{ text: 'Be brief.' }],
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          { role: 'assistant', content: [{ text: 'Yes?' }] },
          { role: 'user', content: [{ image: { format: 'png', source: { bytes: 'AAAA' } } }] },
        ],
      },
    })
  })

  test('has calls and results: what comes between two turns of the caller is one answer', () => {
    const input = [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: 'I look.' },
      call('1'),
      call('2'),
      output('1'),
      output('2'),
    ]
    const { body } = map({ input, tools: [tool] })
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'Weather?' }] },
      { role: 'assistant', content: [{ text: 'I look.' }, use('1'), use('2')] },
      { role: 'user', content: [result('1'), result('2')] },
    ])
    expect(body.toolConfig?.tools?.[0]?.toolSpec).toMatchObject({ name: 'get_weather' })
  })

  test('brings Claude’s signed reasoning back, and without it the model does not reason', () => {
    const signed = { type: 'thinking', thinking: 'Hm', signature: 'abc' } as const
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: sealed([signed]) }
    const rest = { tools: [tool], reasoning: { effort: 'low' }, max_output_tokens: 4096 }
    const user = { role: 'user', content: 'Weather?' }
    const kept = map({ input: [user, reasoning, call('1'), output('1')], ...rest })
    expect(kept.body.messages?.[1]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'Hm', signature: 'abc' } } },
      use('1'),
    ])
    expect(kept.body.additionalModelRequestFields).toMatchObject({ thinking: { type: 'enabled' } })
    const lost = map({ input: [user, call('1'), output('1')], ...rest })
    expect(lost.ignored).toEqual(['reasoning.effort'])
    expect(lost.body).not.toHaveProperty('additionalModelRequestFields')
  })
})

test('structured output is Bedrock’s own', () => {
  const format = { type: 'json_schema', name: 'x', schema: { type: 'object' }, strict: true }
  expect(map({ text: { format } }).body.outputConfig).toMatchObject({
    textFormat: { structure: { jsonSchema: { name: 'x' } } },
  })
})

test.each([
  [{ tool_choice: 'required' }, { any: {} }],
  [{ tool_choice: { type: 'function', name: 'get_weather' } }, { tool: { name: 'get_weather' } }],
  [
    { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'get_weather' }] } },
    { auto: {} },
  ],
])('tool_choice %j', (choice, expected) => {
  expect(map({ tools: [tool], ...choice }).body.toolConfig?.toolChoice).toEqual(expected)
})

describe('is refused, by its own name', () => {
  test.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }, /store: false/],
    ['conversation', { conversation: 'conv_1' }, /store: false/],
    ['background', { background: true }, /stream/],
    ['prompt', { prompt: { id: 'p' } }, /instructions/],
    ['input.0', { input: [{ type: 'item_reference', id: 'msg_1' }] }, /store: false/],
    ['input.0', { input: [{ type: 'web_search_call', id: 'ws_1' }] }, /./],
    ['tools.0', { tools: [{ type: 'web_search' }] }, /runs at OpenAI/],
    ['tools.0', { tools: [{ type: 'mcp', server_label: 'x' }] }, /runs at OpenAI/],
    ['include.0', { include: ['message.output_text.logprobs'] }, /probabilities/],
    ['text.format', { text: { format: { type: 'json_object' } } }, /json_schema/],
    [
      'input.0.content.0.file_id',
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f', image_url: 'x' }] }] },
      /data: URL/,
    ],
    [
      'input.1.content.0',
      {
        input: [
          { role: 'user', content: 'x' },
          { role: 'user', content: [{ type: 'input_image', image_url: 'https://x' }] },
        ],
      },
      /data: URL/,
    ],
    ['max_output_tokens', { max_output_tokens: 0 }, /1 or more/],
    ['temperature', { temperature: 1.5 }, /0 to 1/],
    ['reasoning.effort', { reasoning: { effort: 'low' }, max_output_tokens: 100 }, /2048 tokens/],
    ['tool_choice.name', { tools: [tool], tool_choice: { type: 'function', name: 'other' } }, /not among tools/],
    ['input.1', { tools: [tool], input: [{ role: 'user', content: 'x' }, call('1')] }, /has no answer/],
    ['input.1', { input: [{ role: 'user', content: 'x' }, output('9')] }, /answers no call/],
    [
      'input.0.encrypted_content',
      { input: [{ type: 'reasoning', id: 'r', summary: [], encrypted_content: 'gAAA' }] },
      /what this gateway answered/,
    ],
    ['unheard_of', { unheard_of: 1 }, /not known/],
  ])('%s of %j', (param, given, words) => {
    const { param: told, message, code } = refusal(given)
    expect(`${told}`.startsWith(param)).toBe(true)
    expect(message).toContain(`"${told}"`)
    expect(message).toMatch(words)
    expect(code).toMatch(/^field_|number_/)
  })

  test('a schema that the model cannot keep to', () => {
    const format = { type: 'json_schema', name: 'x', schema: { type: 'object' } }
    expect(refusal({ text: { format } }, NOVA)).toMatchObject({ param: 'text.format' })
  })
})
