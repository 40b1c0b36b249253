import { describe, expect, test } from 'vitest'
import type { ConverseResponse } from '../model/wire.ts'
import { chatCompletion } from './chat-answer.ts'
import { OPTIONS } from './testing/chat.ts'

const answer = (
  content: readonly unknown[],
  stopReason = 'end_turn',
  usage: object = { inputTokens: 3, outputTokens: 2 },
) =>
  chatCompletion(
    { output: { message: { role: 'assistant', content } }, stopReason, usage } as ConverseResponse,
    OPTIONS,
  )

describe('a whole answer', () => {
  test('is a chat completion', () => {
    expect(answer([{ text: 'Hello' }, { text: ' you' }])).toEqual({
      id: 'chatcmpl-r1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'haiku',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello you', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      },
    })
  })

  test('has the calls of tools beside its text, and their long numbers as the model wrote them', () => {
    const input = JSON.parse('{"id":1}')
    const [choice] = answer(
      [{ text: 'I look.' }, { toolUse: { toolUseId: 't1', name: 'look', input } }],
      'tool_use',
    ).choices
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(choice?.message).toMatchObject({
      content: 'I look.',
      tool_calls: [{ id: 't1', type: 'function', function: { name: 'look', arguments: '{"id":1}' } }],
    })
    expect(
      answer([{ toolUse: { toolUseId: 't1', name: 'look', input: {} } }], 'tool_use').choices[0]?.message.content,
    ).toBeNull()
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
  ])('that ended with %s says %s', (reason, finish) => {
    expect(answer([{ text: 'x' }], reason).choices[0]?.finish_reason).toBe(finish)
  })

  test.each(['malformed_tool_use', 'malformed_model_output'])('that ended with %s is an error', (reason) => {
    expect(() => answer([{ text: 'x' }], reason)).toThrow(expect.objectContaining({ code: 'model_error' }))
  })

  test('counts the tokens of the cache once', () => {
    const usage = {
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 1015,
      cacheReadInputTokens: 900,
      cacheWriteInputTokens: 100,
    }
    expect(answer([{ text: 'x' }], 'end_turn', usage).usage).toEqual({
      prompt_tokens: 1010,
      completion_tokens: 5,
      total_tokens: 1015,
      prompt_tokens_details: { cached_tokens: 900, cache_write_tokens: 100 },
    })
  })

  test('has the reasoning as text, and as blocks that can come back', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig' } } },
      { reasoningContent: { redactedContent: 'aGk=' } },
      { text: 'Yes.' },
    ]
    expect(answer(content).choices[0]?.message).toEqual({
      role: 'assistant',
      content: 'Yes.',
      refusal: null,
      reasoning_content: 'Hm.',
      thinking_blocks: [
        { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
        { type: 'redacted_thinking', data: 'aGk=' },
      ],
    })
  })
})
