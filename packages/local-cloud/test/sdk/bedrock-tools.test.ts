import type { ContentBlock, ConverseCommandInput, Message, ToolConfiguration } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { assistant, converse, HAIKU, NOVA, stream, TITAN, useBedrock, user } from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

const WEATHER = {
  toolSpec: {
    name: 'get_weather',
    description: 'The weather of a city.',
    inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
  },
}
const CLOCK = { toolSpec: { name: 'clock', inputSchema: { json: { type: 'object', properties: {} } } } }
const toolConfig: ToolConfiguration = { tools: [WEATHER, CLOCK] }
const QUESTION = user('Use get_weather {"city":"Paris"} and then the clock.')

const callsIn = (content: readonly ContentBlock[] = []) =>
  content.flatMap(({ toolUse }) => (toolUse ? [{ name: toolUse.name, input: toolUse.input }] : []))

async function callsOf(modelId: string, more: Partial<ConverseCommandInput>) {
  const { output, stopReason } = await converse(modelId, { toolConfig, ...more })
  return { stopReason, calls: callsIn(output?.message?.content) }
}

describe.skipIf(REMOTE)('Bedrock, tools', () => {
  useBedrock()

  it.each([NOVA, HAIKU])('calls the tools that the question names, in its order (%s)', async (modelId) => {
    const { output, stopReason, usage } = await converse(modelId, { messages: [QUESTION], toolConfig })
    expect(stopReason).toBe('tool_use')
    expect(output?.message?.content?.[0]?.text).toBe('I call get_weather, clock.')
    expect(callsIn(output?.message?.content)).toEqual([
      { name: 'get_weather', input: { city: 'Paris' } },
      { name: 'clock', input: {} },
    ])
    // The tools are read as well.
    expect(usage?.inputTokens).toBeGreaterThan(40)
  })

  it('makes an input up that fits, of what is quoted', async () => {
    const messages = [user('What does get weather say of "Rome" today?')]
    expect(await callsOf(NOVA, { messages })).toEqual({
      stopReason: 'tool_use',
      calls: [{ name: 'get_weather', input: { city: 'Rome' } }],
    })
  })

  it('answers once the tools have', async () => {
    const first = await converse(NOVA, { messages: [QUESTION], toolConfig })
    const said = first.output?.message as Message
    const content = (said.content ?? []).flatMap(({ toolUse }): ContentBlock[] =>
      toolUse
        ? [{ toolResult: { toolUseId: toolUse.toolUseId, content: [{ json: { answer: toolUse.name ?? '' } }] } }]
        : [],
    )
    const { output, stopReason } = await converse(NOVA, {
      messages: [QUESTION, said, { role: 'user', content }],
      toolConfig,
    })
    expect(stopReason).toBe('end_turn')
    expect(output?.message?.content?.[0]?.text).toContain('2 tools answered')
    expect(output?.message?.content?.[0]?.text).toContain('{"answer":"clock"}')
  })

  it.each<[string, ToolConfiguration['toolChoice'], string[]]>([
    ['auto', { auto: {} }, []],
    ['any', { any: {} }, ['get_weather']],
    ['a tool', { tool: { name: 'clock' } }, ['clock']],
  ])('with the choice of %s calls as it says, whatever the question', async (_what, toolChoice, names) => {
    const { calls } = await callsOf(NOVA, { toolConfig: { ...toolConfig, toolChoice } })
    expect(calls.map(({ name }) => name)).toEqual(names)
  })

  it('calls one at a time when told so', async () => {
    const additionalModelRequestFields = { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }
    expect((await callsOf(HAIKU, { messages: [QUESTION], additionalModelRequestFields })).calls).toHaveLength(1)
  })

  it('calls one at a time beside a choice of Converse’s own, which says the type then', async () => {
    const choice = (toolChoice: ToolConfiguration['toolChoice'], tool_choice: Record<string, string | boolean>) =>
      callsOf(HAIKU, {
        messages: [QUESTION],
        toolConfig: { ...toolConfig, toolChoice },
        additionalModelRequestFields: { tool_choice: { disable_parallel_tool_use: true, ...tool_choice } },
      })
    expect((await choice({ any: {} }, {})).calls).toHaveLength(1)
    await expect(choice({ any: {} }, { type: 'any' })).rejects.toThrow(/tool_choice.type conflicts/)
    await expect(choice(undefined, {})).rejects.toThrow(/tool_choice.type: Field required/)
  })

  it('streams a call with a start, and its input in pieces of JSON', async () => {
    const [events, whole] = [
      await stream(HAIKU, { messages: [QUESTION], toolConfig }),
      await converse(HAIKU, { messages: [QUESTION], toolConfig }),
    ]
    const starts = events.flatMap(({ contentBlockStart }) => (contentBlockStart ? [contentBlockStart] : []))
    expect(starts.map(({ contentBlockIndex, start }) => [contentBlockIndex, start?.toolUse?.name])).toEqual([
      [1, 'get_weather'],
      [2, 'clock'],
    ])
    const inputs = [1, 2].map((index) =>
      events
        .flatMap(({ contentBlockDelta: delta }) =>
          delta?.contentBlockIndex === index ? [delta.delta?.toolUse?.input ?? '?'] : [],
        )
        .join('|'),
    )
    // Claude begins with nothing; where a tool takes no argument nothing is all.
    expect(inputs).toEqual(['|{"city":|"Paris"}', ''])
    expect(starts[0]?.start?.toolUse?.toolUseId).toMatch(/^tooluse_\w{22}$/)
    expect(starts.map(({ start }) => start?.toolUse?.toolUseId)).toEqual(
      whole.output?.message?.content?.flatMap(({ toolUse }) => toolUse?.toolUseId ?? []),
    )
    expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'tool_use' } })
  })

  const call = (toolUseId: string): ContentBlock => ({ toolUse: { toolUseId, name: 'clock', input: {} } })
  const result = (toolUseId: string, more = {}): ContentBlock => ({
    toolResult: { toolUseId, content: [{ text: 'noon' }], ...more },
  })
  const turns = (asked: ContentBlock[], answered: ContentBlock[]): Partial<ConverseCommandInput> => ({
    messages: [user('a'), { role: 'assistant', content: asked }, { role: 'user', content: answered }],
    toolConfig,
  })

  it.each<[string, string, Partial<ConverseCommandInput>, RegExp]>([
    [
      'a history of tools without tools',
      NOVA,
      { ...turns([call('a')], [result('a')]), toolConfig: undefined },
      /toolConfig field must be defined/,
    ],
    [
      'no tools in a configuration',
      NOVA,
      { toolConfig: { tools: [] } },
      /toolConfig\.tools.*greater than or equal to 1/,
    ],
    ['a call without a result', NOVA, turns([call('a'), call('b')], [result('a')]), /messages\.2\.content.*Ids: b/],
    ['a call without an answer', NOVA, turns([call('a')], [{ text: 'no' }]), /Expected toolResult blocks.*Ids: a/],
    ['a result without a call', NOVA, turns([{ text: 'b' }], [result('a')]), /exceeds the number of toolUse/],
    ['a result of another call', NOVA, turns([call('a')], [result('b')]), /Expected toolResult blocks.*Ids: a/],
    [
      'a failed tool that says nothing',
      NOVA,
      turns([call('a')], [result('a', { status: 'error', content: [] })]),
      /cannot be empty/,
    ],
    [
      'JSON that is no object',
      NOVA,
      turns([call('a')], [result('a', { content: [{ json: [1] }] })]),
      /Provide a json object/,
    ],
    [
      'a call of the user',
      NOVA,
      { messages: [{ role: 'user', content: [call('a')] }], toolConfig },
      /toolUse field for user/,
    ],
    [
      'a tool with a name of other characters',
      NOVA,
      { toolConfig: { tools: [{ toolSpec: { ...WEATHER.toolSpec, name: 'get weather' } }] } },
      /toolSpec\.name.*regular expression/,
    ],
    [
      'a schema that is no object',
      NOVA,
      { toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: { anyOf: [] } } } }] } },
      /tools\.0\.toolSpec\.inputSchema\.json\.type must be one of the following: object/,
    ],
    ['tools for Titan', TITAN, { toolConfig }, /doesn't support tool use/],
    ['two tools of one name', HAIKU, { toolConfig: { tools: [CLOCK, CLOCK] } }, /Tool names must be unique/],
    [
      'a choice that is no tool',
      HAIKU,
      { toolConfig: { ...toolConfig, toolChoice: { tool: { name: 'other' } } } },
      /'other' not found/,
    ],
    ['an answer that goes on', NOVA, { messages: [user('a'), assistant('b')] }, /must end with a user message/],
  ])('refuses %s', async (_what, modelId, input, message) => {
    const error = await failure(converse(modelId, input))
    expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toMatch(message)
  })

  it('has no choice of none, as AWS', async () => {
    const toolChoice = { none: {} } as unknown as ToolConfiguration['toolChoice']
    const error = await failure(converse(NOVA, { toolConfig: { ...toolConfig, toolChoice } }))
    expect(error.message).toMatch(/none|must set one of the following keys: auto, any, tool/)
  })
})
