import { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { bedrock, fixture, HAIKU_3, invoke, invokeStream, NOVA, TITAN, useBedrock, user } from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

const METRICS = {
  'amazon-bedrock-invocationMetrics': {
    inputTokenCount: expect.any(Number),
    outputTokenCount: expect.any(Number),
    invocationLatency: expect.any(Number),
    firstByteLatency: expect.any(Number),
  },
}

describe.skipIf(REMOTE)('Bedrock, InvokeModel', () => {
  useBedrock()

  it("speaks Titan's format, whole and in parts", async () => {
    const textGenerationConfig = { maxTokenCount: 5, temperature: 0, topP: 0.9, stopSequences: [] }
    const body = { inputText: 'Hello', textGenerationConfig }
    expect(await invoke(TITAN, body)).toEqual({
      inputTextTokenCount: 2,
      results: [{ tokenCount: 5, outputText: 'This is Titan Text G', completionReason: 'LENGTH' }],
    })
    const parts = await invokeStream(TITAN, body)
    expect(parts.map(({ outputText }) => outputText).join('')).toBe('This is Titan Text G')
    expect(parts.at(-1)).toMatchObject({ completionReason: 'LENGTH', totalOutputTextTokenCount: 5, ...METRICS })
    expect(fixture.asked.at(-1)?.action).toBe('bedrock:InvokeModelWithResponseStream')
  })

  it("speaks Nova's format, whole and in parts", async () => {
    const body = {
      schemaVersion: 'messages-v1',
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { maxTokens: 2 },
    }
    expect(await invoke(NOVA, body)).toEqual({
      output: { message: { role: 'assistant', content: [{ text: 'This is ' }] } },
      stopReason: 'max_tokens',
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    })
    expect(await invokeStream(NOVA, body)).toEqual([
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'This ' } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'is ' } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { messageStop: { stopReason: 'max_tokens' } },
      { metadata: { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } }, ...METRICS },
    ])
  })

  it('tells counts and latency in headers', async () => {
    const body = JSON.stringify({ inputText: 'Hello' })
    let headers: Record<string, string> = {}
    const command = new InvokeModelCommand({ modelId: TITAN, body })
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        headers = (result.response as { headers: Record<string, string> }).headers
        return result
      },
      { step: 'deserialize' },
    )
    await bedrock.send(command)
    expect(headers).toMatchObject({
      'x-amzn-bedrock-input-token-count': '2',
      'x-amzn-bedrock-output-token-count': expect.stringMatching(/^\d+$/),
      'x-amzn-bedrock-invocation-latency': expect.stringMatching(/^\d+$/),
    })
  })

  it.each([
    ["another model's body", TITAN, { inputText: 'a', messages: [] }, /extraneous key \[messages\] is not permitted/],
    ['a body without its text', TITAN, {}, /Malformed input request.*inputText/],
    ['a number as text', NOVA, { messages: 1 }, /Malformed input request.*a list/],
    ['no version', HAIKU_3, { max_tokens: 1, messages: [{ role: 'user', content: 'a' }] }, /anthropic_?version/i],
    ['more tokens than Nova has', NOVA, { messages: [user('a')], inferenceConfig: { maxTokens: 70_000 } }, /maxTokens/],
    ['more tokens than Titan has', TITAN, { inputText: 'a', textGenerationConfig: { maxTokenCount: 4097 } }, /4096/],
  ])('refuses %s', async (_what, modelId, body, message) => {
    const error = await failure(invoke(modelId, body))
    expect(error.name).toBe('ValidationException')
    expect(error.message).toMatch(message)
  })

  it('refuses a body that is no JSON', async () => {
    const broken = new InvokeModelCommand({ modelId: NOVA, body: '{' })
    expect((await failure(bedrock.send(broken))).message).toMatch(/not valid JSON/)
  })
})
