import { BedrockRuntimeClient, ConverseCommand, type ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { Generation } from '../../src/aws/bedrock/model-backend.ts'
import {
  answerBy,
  assistant,
  converse,
  fixture,
  HAIKU,
  HAIKU_3,
  HELLO,
  http2Handler,
  NOVA,
  TITAN,
  useBedrock,
  user,
} from './bedrock-fixture.ts'
import { failure, REGION, REMOTE, sessionOf, TENANT } from './services-fixture.ts'

describe.runIf(REMOTE)('Bedrock on AWS', () => {
  it('answers a conversation and counts its tokens', async () => {
    const client = new BedrockRuntimeClient({ region: REGION })
    const inferenceConfig = { maxTokens: 32 }
    const { output, usage } = await client.send(new ConverseCommand({ modelId: NOVA, ...HELLO, inferenceConfig }))
    expect(output?.message?.content?.[0]?.text).toBeTruthy()
    expect(usage?.totalTokens).toBe((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0))
  })
})

describe.skipIf(REMOTE)('Bedrock, Converse', () => {
  useBedrock()

  it.each([NOVA, HAIKU, TITAN, HAIKU_3])('answers as %s, the same each time, naming the account', async (modelId) => {
    const [first, second] = [await converse(modelId), await converse(modelId)]
    const text = first.output?.message?.content?.[0]?.text ?? ''
    expect(text).toContain(TENANT)
    expect(text).toContain('Hello, who are you?')
    expect(second.output).toEqual(first.output)
    expect(first.stopReason).toBe('end_turn')
    // "Hello, who are you?" has 19 characters: 5 tokens of 4.
    expect(first.usage).toEqual({
      inputTokens: 5,
      outputTokens: Math.ceil(text.length / 4),
      totalTokens: 5 + Math.ceil(text.length / 4),
    })
    expect(first.metrics?.latencyMs).toBeGreaterThanOrEqual(0)
  })

  it('names the model, not the profile that led to it', async () => {
    const names = await Promise.all(
      [NOVA, HAIKU].map(async (id) => (await converse(id)).output?.message?.content?.[0]?.text),
    )
    expect(names).toEqual([expect.stringContaining('Amazon Nova 2 Lite'), expect.stringContaining('Claude Haiku 4.5')])
  })

  it('cuts the answer at maxTokens, and at a stop sequence', async () => {
    const cut = await converse(NOVA, { inferenceConfig: { maxTokens: 3 } })
    expect([cut.stopReason, cut.usage?.outputTokens, cut.output?.message?.content?.[0]?.text]).toEqual([
      'max_tokens',
      3,
      'This is Amaz',
    ])
    const stopped = await converse(NOVA, { inferenceConfig: { stopSequences: ['Nova'] } })
    expect([stopped.stopReason, stopped.output?.message?.content?.[0]?.text]).toEqual([
      'stop_sequence',
      'This is Amazon ',
    ])
  })

  it('hands everything of the conversation to the backend', async () => {
    let seen: Generation | undefined
    answerBy({
      async *generate(generation) {
        seen = generation
        yield { kind: 'end', stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } }
      },
    })
    const messages = [user('a'), assistant('b'), { role: 'user' as const, content: [{ text: 'c' }, { text: 'd' }] }]
    const inferenceConfig = { maxTokens: 7, temperature: 0.5, stopSequences: ['x'] }
    await converse(NOVA, { messages, system: [{ text: 's' }], inferenceConfig })
    expect(seen).toMatchObject({
      modelId: 'amazon.nova-2-lite-v1:0',
      invokedId: NOVA,
      account: TENANT,
      region: REGION,
      maxTokens: 7,
      temperature: 0.5,
      stopSequences: ['x'],
      system: [{ type: 'text', text: 's' }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'c' },
            { type: 'text', text: 'd' },
          ],
        },
      ],
    })
  })

  it.each<[string, string, Partial<ConverseCommandInput>, RegExp]>([
    ['no message', NOVA, { messages: [] }, /must start with a user message/],
    [
      'a conversation that the assistant starts',
      NOVA,
      { messages: [assistant('a')] },
      /must start with a user message/,
    ],
    ['two users in a row', NOVA, { messages: [user('a'), user('b')] }, /must alternate/],
    ['an assistant at the end', NOVA, { messages: [user('a'), assistant('b')] }, /must end with a user message/],
    ['an empty message', NOVA, { messages: [{ role: 'user', content: [] }] }, /messages\.0 is empty/],
    ['a blank text', NOVA, { messages: [user(' ')] }, /messages\.0\.content\.0 is blank/],
    ['too many tokens', TITAN, { inferenceConfig: { maxTokens: 4097 } }, /exceeds the model limit of 4096/],
    ['no tokens', NOVA, { inferenceConfig: { maxTokens: 0 } }, /maxTokens.*greater than or equal to 1/],
    ['a temperature above 1', NOVA, { inferenceConfig: { temperature: 1.5 } }, /temperature.*less than or equal to 1/],
    ['a system prompt for Titan', TITAN, { system: [{ text: 's' }] }, /doesn't support system messages/],
    [
      'two sampling parameters for Haiku 4.5',
      HAIKU,
      { inferenceConfig: { temperature: 1, topP: 1 } },
      /cannot both be specified/,
    ],
    ['more than the model reads', TITAN, { messages: [user('x'.repeat(16_385))] }, /Input is too long/],
  ])('refuses %s', async (_what, modelId, input, message) => {
    const error = await failure(converse(modelId, input))
    expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toMatch(message)
  })

  it("answers the SDK's own HTTP/2 client, which is its default", async () => {
    const requestHandler = await http2Handler()
    const client = new BedrockRuntimeClient({
      ...(await fixture.client(fixture.credentials.issue(sessionOf(TENANT), 900))),
      requestHandler,
    })
    const whole = await client.send(new ConverseCommand({ modelId: NOVA, ...HELLO }))
    expect(whole.output).toEqual((await converse(NOVA)).output)
    client.destroy()
  })
})
