import { describe, expect, test } from 'vitest'
import type { ConverseResponse, ConverseStreamEvent } from '../model/wire.ts'
import { type Response, wholeResponse } from './answer.ts'
import { unsealed } from './reasoning.ts'
import { responsesStream } from './stream.ts'
import { events, frame } from './testing.ts'

const USAGE = { inputTokens: 3, outputTokens: 2, totalTokens: 12, cacheReadInputTokens: 7 }
const INCLUDE = { include: ['reasoning.encrypted_content'] }
const ANSWER = {
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm', signature: 'abc' } } },
        { text: 'I look.' },
        { toolUse: { toolUseId: 't1', name: 'get_weather', input: { city: 'Oslo' } } },
        { toolUse: { toolUseId: 't2', name: 'now', input: {} } },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: USAGE,
} as unknown as ConverseResponse

const delta = (contentBlockIndex: number, one: object) =>
  ({ contentBlockDelta: { contentBlockIndex, delta: one } }) as ConverseStreamEvent
const stop = (contentBlockIndex: number): ConverseStreamEvent => ({ contentBlockStop: { contentBlockIndex } })
const start = (contentBlockIndex: number, toolUseId: string, name: string) =>
  ({ contentBlockStart: { contentBlockIndex, start: { toolUse: { toolUseId, name } } } }) as ConverseStreamEvent
const over = (stopReason: string): ConverseStreamEvent[] =>
  [{ messageStop: { stopReason } }, { metadata: { usage: USAGE, metrics: { latencyMs: 1 } } }] as ConverseStreamEvent[]
const STREAM: readonly ConverseStreamEvent[] = [
  { messageStart: { role: 'assistant' } } as ConverseStreamEvent,
  delta(0, { reasoningContent: { text: 'H' } }),
  delta(0, { reasoningContent: { text: 'm' } }),
  delta(0, { reasoningContent: { signature: 'abc' } }),
  stop(0),
  delta(1, { text: 'I ' }),
  delta(1, { text: 'look.' }),
  stop(1),
  start(2, 't1', 'get_weather'),
  delta(2, { toolUse: { input: '{"city":' } }),
  delta(2, { toolUse: { input: '"Oslo"}' } }),
  stop(2),
  start(3, 't2', 'now'),
  stop(3),
  ...over('tool_use'),
]

describe('a whole answer', () => {
  test('has an item for each block, and usage that adds up', () => {
    const { output, status, usage, id, incomplete_details: incomplete } = wholeResponse(ANSWER, frame(INCLUDE))
    expect({ id, status, incomplete }).toEqual({ id: 'resp_ab', status: 'completed', incomplete: null })
    expect(output).toEqual([
      {
        id: 'rs_ab0',
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm' }],
        encrypted_content: expect.any(String),
      },
      {
        id: 'msg_ab1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'I look.', annotations: [], logprobs: [] }],
      },
      {
        id: 'fc_ab2',
        type: 'function_call',
        status: 'completed',
        call_id: 't1',
        name: 'get_weather',
        arguments: '{"city":"Oslo"}',
      },
      { id: 'fc_ab3', type: 'function_call', status: 'completed', call_id: 't2', name: 'now', arguments: '{}' },
    ])
    expect(usage).toMatchObject({
      input_tokens: 10,
      output_tokens: 2,
      total_tokens: 12,
      input_tokens_details: { cached_tokens: 7 },
    })
    const [first] = output
    const content = first?.type === 'reasoning' ? (first.encrypted_content ?? '') : ''
    expect(unsealed(content, 'x')).toEqual([{ type: 'thinking', thinking: 'Hm', signature: 'abc' }])
  })

  test.each([
    ['max_tokens', 'max_output_tokens'],
    ['guardrail_intervened', 'content_filter'],
  ])('that ended by %s is incomplete', (stopReason, reason) => {
    expect(wholeResponse({ ...ANSWER, stopReason } as ConverseResponse, frame())).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason },
    })
  })

  test('of nonsense is an error', () => {
    expect(() => wholeResponse({ ...ANSWER, stopReason: 'malformed_tool_use' } as ConverseResponse, frame())).toThrow(
      'no valid answer',
    )
  })
})

describe('a stream', () => {
  test('ends with what a whole answer would have been, numbered without gaps', () => {
    const sent = events(STREAM, INCLUDE)
    expect(sent.map(({ sequence_number: number }) => number)).toEqual(sent.map((_, index) => index))
    const last = sent.at(-1)
    expect(last.type).toBe('response.completed')
    expect(last.response).toEqual(wholeResponse(ANSWER, frame(INCLUDE)))
    expect(sent.slice(0, 2).map(({ type, response }) => [type, response.status])).toEqual([
      ['response.created', 'in_progress'],
      ['response.in_progress', 'in_progress'],
    ])
  })

  test('opens and closes each item, and its deltas are its text', () => {
    const sent = events(STREAM)
    const of = (place: number) => sent.filter(({ output_index: index }) => index === place)
    expect(of(1).map(({ type }) => type)).toEqual([
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
    ])
    for (const [place, kind, text] of [
      [0, 'response.reasoning_summary_text.delta', 'Hm'],
      [1, 'response.output_text.delta', 'I look.'],
      [2, 'response.function_call_arguments.delta', '{"city":"Oslo"}'],
      [3, 'response.function_call_arguments.delta', '{}'],
    ] as const) {
      const deltas = of(place).filter(({ type }) => type === kind)
      expect(deltas.map((one) => one.delta).join('')).toBe(text)
    }
    expect(sent.at(-1).response.output[0]).not.toHaveProperty('encrypted_content')
  })

  test('closes what the model did not, and an answer that was cut off is incomplete', () => {
    const sent = events([STREAM[0] as ConverseStreamEvent, delta(0, { text: 'Half' }), ...over('max_tokens')])
    expect(sent.at(-2)).toMatchObject({ type: 'response.output_item.done', item: { content: [{ text: 'Half' }] } })
    const { type, response }: { type: string; response: Response } = sent.at(-1)
    expect([type, response.incomplete_details]).toEqual(['response.incomplete', { reason: 'max_output_tokens' }])
  })

  test('of empty texts has no items', () => {
    const sent = events([STREAM[0] as ConverseStreamEvent, delta(0, { text: '' }), stop(0), ...over('end_turn')])
    expect(sent.at(-1).response.output).toEqual([])
  })

  test('that is none of Converse is refused', () => {
    const encoder = responsesStream(frame())
    expect(() => encoder.encode(delta(0, { toolUse: { input: '{}' } }))).toThrow('before their call')
  })
})
