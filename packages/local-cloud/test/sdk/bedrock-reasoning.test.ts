import type { ContentBlock, ConverseCommandInput, Message } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { REDACTING_PROMPT } from '../../src/aws/bedrock/reasoning.ts'
import {
  assistant,
  converse,
  HAIKU,
  HAIKU_3,
  HELLO,
  NOVA,
  OPUS_5_5,
  SONNET,
  stream,
  useBedrock,
  user,
} from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

const thinking = { type: 'enabled', budget_tokens: 1024 }
const THINKING = { additionalModelRequestFields: { thinking } }
const toolConfig = {
  tools: [{ toolSpec: { name: 'clock', inputSchema: { json: { type: 'object', properties: {} } } } }],
}
const RESULT = (toolUseId: string): Message => ({
  role: 'user',
  content: [{ toolResult: { toolUseId, content: [{ text: 'noon' }] } }],
})

describe.skipIf(REMOTE)('Bedrock, reasoning', () => {
  useBedrock()

  it('of Claude is signed, and taken back in a loop of tools', async () => {
    const question = user('Look at the clock.')
    const first = await converse(HAIKU, { messages: [question], toolConfig, ...THINKING })
    const said = first.output?.message as Message
    const [thought, , call] = said.content ?? []
    expect(thought?.reasoningContent?.reasoningText).toEqual({
      text: 'The question has 18 characters.',
      signature: expect.stringMatching(/^[\w+/]{43}=$/),
    })
    const messages = [question, said, RESULT(call?.toolUse?.toolUseId ?? '')]
    const { stopReason } = await converse(HAIKU, { messages, toolConfig, ...THINKING })
    expect(stopReason).toBe('end_turn')
  })

  it('comes in pieces, then its signature', async () => {
    const events = await stream(HAIKU, THINKING)
    const deltas = events.flatMap(({ contentBlockDelta }) => contentBlockDelta?.delta?.reasoningContent ?? [])
    expect(deltas.map(({ text }) => text ?? '').join('')).toBe('The question has 19 characters.')
    expect(deltas.length).toBeGreaterThan(2)
    expect(deltas.at(-1)).toHaveProperty('signature')
    expect(events.filter(({ contentBlockStart }) => contentBlockStart)).toEqual([])
  })

  it('comes redacted at the documented prompt, and is taken back', async () => {
    const question = user(REDACTING_PROMPT)
    const { output } = await converse(HAIKU, { messages: [question], ...THINKING })
    const said = output?.message as Message
    expect(said.content?.[0]?.reasoningContent?.redactedContent).toBeInstanceOf(Uint8Array)
    await converse(HAIKU, { messages: [question, said, user('And?')], ...THINKING })
    const events = await stream(HAIKU, { messages: [question], ...THINKING })
    expect(events[1]?.contentBlockDelta?.delta?.reasoningContent).toHaveProperty('redactedContent')
  })

  it('of Nova is asked for by its own field, and kept to itself', async () => {
    const additionalModelRequestFields = { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }
    const { output } = await converse(NOVA, { additionalModelRequestFields, inferenceConfig: { maxTokens: 100 } })
    expect(output?.message?.content?.[0]).toEqual({ reasoningContent: { reasoningText: { text: '[REDACTED]' } } })
  })

  it('is left to the model where that decides itself', async () => {
    const additionalModelRequestFields = { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }
    const { output } = await converse(SONNET, { additionalModelRequestFields })
    expect(output?.message?.content?.[0]).toHaveProperty('reasoningContent.reasoningText.signature')
  })

  it('of the newest is always there, and can be kept from sight', async () => {
    const { output } = await converse(OPUS_5_5)
    expect(output?.message?.content?.[0]?.reasoningContent?.reasoningText?.text).toMatch(/question/)
    const additionalModelRequestFields = { thinking: { type: 'adaptive', display: 'omitted' } }
    const hidden = await converse(OPUS_5_5, { additionalModelRequestFields })
    const said = hidden.output?.message as Message
    expect(said.content?.[0]?.reasoningContent?.reasoningText).toEqual({ text: '', signature: expect.any(String) })
    await converse(OPUS_5_5, { messages: [user('a'), said, user('b')] })
  })

  const thought = (more: object): ContentBlock => ({ reasoningContent: { reasoningText: { text: 'So.', ...more } } })
  const after = (block: ContentBlock): Partial<ConverseCommandInput> => ({
    messages: [user('a'), { role: 'assistant', content: [block, { text: 'b' }] }, user('c')],
  })

  it.each<[string, string, Partial<ConverseCommandInput>, RegExp]>([
    [
      'thinking that it has not signed',
      HAIKU,
      after(thought({ signature: 'bWFkZSB1cA==' })),
      /Invalid `signature` in `thinking` block/,
    ],
    [
      'thinking without a signature',
      HAIKU,
      after(thought({})),
      /messages\.1\.content\.0\.thinking\.signature: Field required/,
    ],
    [
      'redacted thinking that is not its own',
      HAIKU,
      after({ reasoningContent: { redactedContent: Buffer.from('x y') } }),
      /redacted_thinking/,
    ],
    [
      'a loop of tools that lost its thinking',
      HAIKU,
      {
        messages: [
          user('a'),
          { role: 'assistant', content: [{ toolUse: { toolUseId: 'x', name: 'clock', input: {} } }] },
          RESULT('x'),
        ],
        toolConfig,
        ...THINKING,
      },
      /Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
    ],
    [
      'a forced tool',
      HAIKU,
      { toolConfig: { ...toolConfig, toolChoice: { any: {} } }, ...THINKING },
      /forces tool use/,
    ],
    ['another temperature', HAIKU, { inferenceConfig: { temperature: 0.5 }, ...THINKING }, /may only be set to 1/],
    [
      'any temperature for the newest',
      OPUS_5_5,
      { inferenceConfig: { temperature: 1 } },
      /`temperature` is deprecated/,
    ],
    ['a budget for the newest', OPUS_5_5, THINKING, /"thinking.type.enabled" is not supported for this model/],
    [
      'no thinking for the newest',
      OPUS_5_5,
      { additionalModelRequestFields: { thinking: { type: 'disabled' } } },
      /"thinking.type.disabled" is not supported/,
    ],
    [
      'fewer tokens than its budget',
      HAIKU,
      { inferenceConfig: { maxTokens: 1024 }, ...THINKING },
      /must be greater than/,
    ],
    [
      'a small budget',
      HAIKU,
      { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 10 } } },
      /greater than or equal to 1024/,
    ],
    ['thinking that it cannot', HAIKU_3, THINKING, /thinking: Extra inputs are not permitted/],
    ['a field that it has not', HAIKU, { additionalModelRequestFields: { betas: [] } }, /betas: Extra inputs/],
    ['a field twice', HAIKU, { additionalModelRequestFields: { system: 's' } }, /field system conflicts/],
    ['an unknown beta', HAIKU, { additionalModelRequestFields: { anthropic_beta: ['new'] } }, /invalid beta flag/],
    ["another family's field", NOVA, { additionalModelRequestFields: { thinking } }, /extraneous key \[thinking\]/],
    [
      "high effort of Nova's with a limit",
      NOVA,
      {
        additionalModelRequestFields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
        inferenceConfig: { maxTokens: 10 },
      },
      /must be unset/,
    ],
    [
      'a beginning that it shall go on with',
      SONNET,
      { messages: [user('a'), assistant('b')] },
      /assistant message prefill/,
    ],
    ['a beginning that ends in a space', HAIKU, { messages: [user('a'), assistant('b ')] }, /trailing whitespace/],
  ])('refuses %s', async (_what, modelId, input, message) => {
    const error = await failure(converse(modelId, { ...HELLO, ...input }))
    expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toMatch(message)
  })
})
