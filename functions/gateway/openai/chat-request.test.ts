import { describe, expect, test } from 'vitest'
import { HAIKU, HELLO, map, NOVA, OPUS, refusal, WEATHER } from './testing/chat.ts'

describe('a chat request as Converse takes it', () => {
  test('has the texts, the system prompt, and a limit that does not cut answers off', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Use metres.' }] },
      HELLO,
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: [{ type: 'text', text: 'How high is it?' }] },
    ]
    expect(map({ messages })).toEqual({
      ignored: [],
      body: {
        system: [{ text: 'Be brief.' }, { text: 'Use metres.' }],
        messages: [
          { role: 'user', content: [{ text: 'Hello' }] },
          { role: 'assistant', content: [{ text: 'Hi.' }] },
          { role: 'user', content: [{ text: 'How high is it?' }] },
        ],
        inferenceConfig: { maxTokens: 8192 },
      },
    })
  })

  test.each([
    ['the model’s maximum where it is less', { id: 'anthropic.claude-3-haiku-20240307-v1:0' }, {}, 4096],
    ['the tenant’s own default', { ...HAIKU, maxTokens: 2000 }, {}, 2000],
    ['max_tokens', HAIKU, { max_tokens: 7 }, 7],
    ['max_completion_tokens', HAIKU, { max_completion_tokens: 9000, max_tokens: null }, 9000],
    [
      'a model nobody knows',
      { id: 'arn:aws:bedrock:us-east-1:222222222222:application-inference-profile/abc' },
      {},
      4096,
    ],
  ])('asks for as many tokens as: %s', (_what, model, fields, maxTokens) => {
    expect(map(fields, model).body.inferenceConfig).toEqual({ maxTokens })
  })

  test('carries images and files that are sent along, and fetches none', () => {
    const image = (url: string) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }]
    expect(map({ messages: image('data:image/png;base64,aGk=') }).body.messages?.[0]?.content).toEqual([
      { image: { format: 'png', source: { bytes: 'aGk=' } } },
    ])
    const param = 'messages.0.content.0.image_url.url'
    for (const url of ['https://example.com/a.png', 'http://169.254.169.254/', 'file:///etc/passwd', 'data:,hi']) {
      expect(refusal({ messages: image(url) })).toMatchObject({ code: 'field_invalid', param })
    }
    expect(refusal({ messages: image('data:image/bmp;base64,aGk=') }).message).toContain('image/png')
    expect(refusal({ messages: image('data:image/png;base64,%%%%') }).message).toContain('base64')
    const file = { type: 'file', file: { filename: 'Q3_report!.pdf', file_data: 'data:application/pdf;base64,aGk=' } }
    const content = [file, { type: 'text', text: 'Sum it up.' }, file]
    expect(map({ messages: [{ role: 'user', content }] }).body.messages?.[0]?.content).toEqual([
      { document: { format: 'pdf', name: 'Q3 report (1)', source: { bytes: 'aGk=' } } },
      { text: 'Sum it up.' },
      { document: { format: 'pdf', name: 'Q3 report (2)', source: { bytes: 'aGk=' } } },
    ])
  })

  test('offers tools, and says which may or must be called', () => {
    const { name, description, parameters } = WEATHER.function
    const tools = [{ toolSpec: { name, description, inputSchema: { json: parameters } } }]
    const config = (fields: object) => map({ tools: [WEATHER], ...fields }).body.toolConfig
    expect(config({})).toEqual({ tools })
    expect(config({ tool_choice: 'auto' })).toEqual({ tools, toolChoice: { auto: {} } })
    expect(config({ tool_choice: 'required' })).toEqual({ tools, toolChoice: { any: {} } })
    expect(config({ tool_choice: { type: 'function', function: { name } } })).toEqual({
      tools,
      toolChoice: { tool: { name } },
    })
    const other = { type: 'function', function: { name: 'other' } }
    const allowed = {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name } }] },
    }
    expect(config({ tools: [other, WEATHER], tool_choice: allowed })).toEqual({ tools, toolChoice: { any: {} } })
    expect(config({ tool_choice: 'none' })).toBeUndefined()
    expect(config({ tools: [other] })?.tools?.[0]).toEqual({
      toolSpec: { name: 'other', inputSchema: { json: { type: 'object', properties: {} } } },
    })
  })

  test('keeps to a schema by Bedrock’s own means, strict tools too', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    }
    const response_format = { type: 'json_schema', json_schema: { name: 'out', schema, strict: true } }
    const tool = { ...WEATHER, function: { ...WEATHER.function, strict: true } }
    const { body, ignored } = map({ response_format, tools: [tool] })
    expect(body.outputConfig).toEqual({
      textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'out', schema: JSON.stringify(schema) } } },
    })
    expect(body.toolConfig?.tools?.[0]?.toolSpec?.strict).toBe(true)
    expect(ignored).toEqual([])
    expect(map({ response_format: { type: 'text' } }).body.outputConfig).toBeUndefined()
    expect(refusal({ response_format }, NOVA)).toMatchObject({ code: 'field_invalid', param: 'response_format' })
    expect(map({ tools: [tool] }, NOVA).ignored).toEqual(['tools.function.strict'])
  })

  test('takes options of a stream for a stream only', () => {
    const stream_options = { include_usage: true }
    expect(refusal({ stream_options }).param).toBe('stream_options')
    expect(map({ stream_options, stream: true }).ignored).toEqual([])
  })

  test('stops where it is told', () => {
    expect(map({ stop: 'END' }).body.inferenceConfig?.stopSequences).toEqual(['END'])
    expect(map({ stop: ['\n'] }, NOVA).body.inferenceConfig?.stopSequences).toEqual(['\n'])
    expect(refusal({ stop: ['\n'] }).param).toBe('stop')
    expect(refusal({ stop: ['a', 'b', 'c', 'd', 'e'] }).param).toBe('stop')
    expect(refusal({ stop: [''] }).param).toBe('stop.0')
  })

  test('marks what is to be kept in the cache, where the model has one', () => {
    const cache_control = { type: 'ephemeral' }
    const messages = [
      { role: 'system', content: [{ type: 'text', text: 'Long.', cache_control: { ...cache_control, ttl: '1h' } }] },
      {
        role: 'user',
        content: [{ type: 'text', text: 'Also long.', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } }],
      },
    ]
    const { body, ignored } = map({ messages, tools: [{ ...WEATHER, cache_control }] })
    expect(body.system?.[1]).toEqual({ cachePoint: { type: 'default', ttl: '1h' } })
    expect(body.messages?.[0]?.content?.[1]).toEqual({ cachePoint: { type: 'default' } })
    expect(body.toolConfig?.tools?.[1]).toEqual({ cachePoint: { type: 'default' } })
    expect(ignored).toEqual(['messages.content.prompt_cache_breakpoint.ttl'])
    const llama = { id: 'us.meta.llama4-scout-17b-instruct-v1:0' }
    expect(
      map({ messages: [{ ...HELLO, cache_control }], tools: [{ ...WEATHER, cache_control }] }, llama).ignored,
    ).toEqual(['messages.cache_control', 'tools.cache_control'])
  })
})

describe('what is not carried', () => {
  test('is named', () => {
    const { ignored } = map({
      seed: 1,
      user: 'u',
      store: true,
      messages: [{ ...HELLO, name: 'ann' }],
      verbosity: 'low',
    })
    expect(ignored).toEqual(['messages.name', 'seed', 'store', 'user', 'verbosity'])
  })

  test('or is refused, with the field and what to do', () => {
    for (const [fields, param] of [
      [{ n: 2 }, 'n'],
      [{ logprobs: true }, 'logprobs'],
      [{ logit_bias: { 1: 2 } }, 'logit_bias'],
      [{ presence_penalty: 0.5 }, 'presence_penalty'],
      [{ modalities: ['text', 'audio'] }, 'modalities'],
      [{ functions: [{ name: 'f' }] }, 'functions'],
      [{ service_tier: 'priority' }, 'service_tier'],
    ] as const) {
      expect(refusal(fields)).toMatchObject({ code: 'field_invalid', param })
    }
  })

  test('but for values that ask for nothing, which clients send', () => {
    const nothing = {
      n: 1,
      logprobs: false,
      logit_bias: {},
      presence_penalty: 0,
      frequency_penalty: null,
      modalities: ['text'],
    }
    expect(
      map({ ...nothing, store: false, service_tier: 'auto', tools: [], stream_options: null, seed: null }),
    ).toEqual(map({}))
  })

  test('an unknown field is refused by name, and only a plain name is repeated', () => {
    expect(refusal({ top_k: 3 })).toMatchObject({ code: 'field_unknown', param: 'top_k' })
    const secret = { ...HELLO, 'my secret prompt': 1 }
    expect(refusal({ messages: [secret] })).toEqual({
      code: 'field_unknown',
      param: 'messages.0',
      message: 'A field of "messages.0" is not known. Leave it out.',
    })
  })

  test.each([
    [{ messages: 'my secret' }, 'messages', 'The field "messages" must be a list, not a text.'],
    [{ messages: [] }, 'messages', 'The field "messages" must not be empty.'],
    [{ messages: [{ role: 'secret', content: 'x' }] }, 'messages.0.role', /must be one of system, developer, user/],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content', /is missing/],
    [
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
      'messages.0.content.0',
      /input_audio/,
    ],
    [{ temperature: 'hot' }, 'temperature', 'The field "temperature" must be a number, not a text.'],
    [{ temperature: 2.1 }, 'temperature', 'The field "temperature" must be 0 to 2.'],
    [{ max_tokens: 1.5 }, 'max_tokens', /whole number/],
    [{ max_tokens: 5, max_completion_tokens: 6 }, 'max_tokens', /another number/],
    [{ model: undefined }, 'model', 'The field "model" is missing.'],
    [{ tools: [{ type: 'custom', custom: {} }] }, 'tools.0', /custom/],
    [{ tools: [{ type: 'function', function: { name: 'a b' } }] }, 'tools.0.function.name', /1 to 64/],
    [{ tool_choice: 'sometimes' }, 'tool_choice', /one of none, auto, required/],
    [{ tool_choice: 'required' }, 'tool_choice', /tools is empty/],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'a' } } },
      'response_format.json_schema.schema',
      /missing/,
    ],
  ])('%j is told as what it is', (fields, param, message) => {
    const told = refusal(fields)
    expect(told.param).toBe(param)
    expect(told.message).toMatch(message)
    expect(told.message).not.toContain('secret')
  })
})

describe('reasoning', () => {
  const effort = (reasoning_effort: string, fields: object = {}, model = HAIKU) =>
    map({ reasoning_effort, ...fields }, model).body

  test('is told to each family in its own words', () => {
    expect(effort('high').additionalModelRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 4096 } })
    expect(effort('high', { max_tokens: 3000 }).additionalModelRequestFields).toEqual({
      thinking: { type: 'enabled', budget_tokens: 1500 },
    })
    expect(effort('minimal', {}, OPUS).additionalModelRequestFields).toEqual({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    })
    expect(effort('low', {}, NOVA)).toMatchObject({
      inferenceConfig: { maxTokens: 8192 },
      additionalModelRequestFields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
    })
    expect(effort('high', {}, NOVA).inferenceConfig).toEqual({})
    expect(effort('low', {}, { id: 'openai.gpt-oss-120b-1:0' }).additionalModelRequestFields).toEqual({
      reasoning_effort: 'low',
    })
    expect(effort('none').additionalModelRequestFields).toBeUndefined()
  })

  test('is refused where the model has none, or beside what it does not take', () => {
    const nova1 = { id: 'us.amazon.nova-pro-v1:0' }
    expect(refusal({ reasoning_effort: 'low' }, nova1).param).toBe('reasoning_effort')
    expect(map({ reasoning_effort: 'none' }, nova1).body.additionalModelRequestFields).toBeUndefined()
    expect(refusal({ reasoning_effort: 'xhigh' }, NOVA).param).toBe('reasoning_effort')
    expect(refusal({ reasoning_effort: 'high', max_completion_tokens: 9 }, NOVA).param).toBe('max_completion_tokens')
    expect(refusal({ reasoning_effort: 'high', max_tokens: 2000 }).param).toBe('reasoning_effort')
    expect(refusal({ reasoning_effort: 'high', temperature: 0 }).param).toBe('temperature')
    expect(refusal({ reasoning_effort: 'high', tools: [WEATHER], tool_choice: 'required' }).param).toBe('tool_choice')
    expect(map({ reasoning_effort: 'high', temperature: 1 }).body.inferenceConfig).toMatchObject({ temperature: 1 })
  })
})

test('a message of more parts than a call takes arguments joins the one before it', () => {
  const parts = Array.from({ length: 200_000 }, () => ({ type: 'text', text: 'x' }))
  const { body } = map({
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'user', content: parts },
    ],
  })
  expect(body.messages?.[0]?.content).toHaveLength(200_001)
})
