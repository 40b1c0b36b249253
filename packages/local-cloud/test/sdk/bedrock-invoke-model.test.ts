import { InvokeModelCommand, InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { bedrock, HAIKU_3, invoke, NOVA, TITAN, useBedrock, user } from './bedrock-stand.ts'
import { failure, REMOTE } from './stand.ts'

describe.skipIf(REMOTE)('Bedrock, InvokeModel', () => {
  useBedrock()

  it("speaks Titan's format", async () => {
    const body = {
      inputText: 'Hello',
      textGenerationConfig: { maxTokenCount: 5, temperature: 0, topP: 0.9, stopSequences: [] },
    }
    expect(await invoke(TITAN, body)).toEqual({
      inputTextTokenCount: 2,
      results: [{ tokenCount: 5, outputText: 'This is Titan Text G', completionReason: 'LENGTH' }],
    })
  })

  it("speaks Anthropic's format, with text and with blocks", async () => {
    const body = (content: unknown) => ({
      ...{ anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, system: 'Be short.', temperature: 0.1 },
      messages: [{ role: 'user', content }],
    })
    const answer = await invoke(HAIKU_3, body('Hello'))
    expect(answer).toMatchObject({
      ...{ type: 'message', role: 'assistant', stop_reason: 'end_turn', model: 'claude-3-haiku-20240307' },
      content: [{ type: 'text', text: expect.stringContaining('Claude 3 Haiku') }],
      usage: { input_tokens: 5, output_tokens: expect.any(Number) },
    })
    expect((await invoke(HAIKU_3, body([{ type: 'text', text: 'Hello' }]))).content).toEqual(answer.content)
  })

  it("speaks Nova's format", async () => {
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
  })

  it.each([
    ["another model's body", TITAN, { messages: [] }, 'UnsupportedByLocalCloud', /messages/],
    ['a body without its text', TITAN, {}, 'ValidationException', /Malformed input request.*inputText/],
    ['a number as text', NOVA, { messages: 1 }, 'ValidationException', /Malformed input request.*a list/],
    ['no version', HAIKU_3, { max_tokens: 1, messages: [user('a')] }, 'ValidationException', /anthropic_version/],
  ])('refuses %s', async (_what, modelId, body, name, message) => {
    const error = await failure(invoke(modelId, body))
    expect(error.name).toBe(name)
    expect(error.message).toMatch(message)
  })

  it('refuses a body that is no JSON, and names the operation that it does not have', async () => {
    const broken = new InvokeModelCommand({ modelId: NOVA, body: '{' })
    expect((await failure(bedrock.send(broken))).message).toMatch(/not valid JSON/)
    const stream = new InvokeModelWithResponseStreamCommand({ modelId: NOVA, body: '{}' })
    expect((await failure(bedrock.send(stream))).message).toMatch(/invoke-with-response-stream/)
  })
})
