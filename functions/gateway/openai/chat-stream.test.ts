import { describe, expect, test } from 'vitest'
import { blockStop, chunksOf, deltas, START, stop, text, toolInput, toolStart, USAGE } from './testing/chat.ts'

describe('a streamed answer', () => {
  test('is chunks that end with the reason', () => {
    const chunks = chunksOf([START, text(0, 'Hel'), text(0, 'lo'), blockStop(0), stop(), USAGE])
    expect(chunks[0]).toEqual({
      id: 'chatcmpl-r1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'haiku',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
    })
    expect(deltas(chunks)).toEqual([{ role: 'assistant', content: '' }, { content: 'Hel' }, { content: 'lo' }, {}])
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null, null, 'stop'])
  })

  test('tells what was used in a chunk of its own where it was asked', () => {
    const chunks = chunksOf([START, text(0, 'x'), stop(), USAGE], true)
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    })
    expect(chunksOf([START, stop(), USAGE]).some((chunk) => 'usage' in chunk)).toBe(false)
  })

  test('sends the arguments of parallel calls as they come', () => {
    const events = [
      ...[START, text(0, 'Look.'), blockStop(0)],
      ...[toolStart(1, 't1'), toolInput(1, '{"city":'), toolInput(1, '"Oslo"}'), blockStop(1)],
      ...[toolStart(2, 't2'), toolInput(2, '{"city":"Rome"}'), blockStop(2), stop('tool_use')],
    ]
    const calls = deltas(chunksOf(events)).flatMap(({ tool_calls }) => tool_calls ?? [])
    expect(calls).toEqual([
      { index: 0, id: 't1', type: 'function', function: { name: 'get_weather', arguments: '' } },
      { index: 0, function: { arguments: '{"city":' } },
      { index: 0, function: { arguments: '"Oslo"}' } },
      { index: 1, id: 't2', type: 'function', function: { name: 'get_weather', arguments: '' } },
      { index: 1, function: { arguments: '{"city":"Rome"}' } },
    ])
  })

  test('streams reasoning as text and gives its signed blocks at the end, once', () => {
    const reasoning = (index: number, reasoningContent: object) => ({
      contentBlockDelta: { contentBlockIndex: index, delta: { reasoningContent } },
    })
    const events = [
      ...[
        START,
        reasoning(0, { text: 'H' }),
        reasoning(0, { text: 'm.' }),
        reasoning(0, { signature: 'sig' }),
        blockStop(0),
      ],
      ...[reasoning(1, { redactedContent: 'aGk=' }), reasoning(1, { redactedContent: 'aG8=' }), blockStop(1)],
      ...[text(2, 'Yes.'), blockStop(2), stop()],
    ]
    expect(deltas(chunksOf(events)).slice(1)).toEqual([
      { reasoning_content: 'H' },
      { reasoning_content: 'm.' },
      { content: 'Yes.' },
      {
        thinking_blocks: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'redacted_thinking', data: Buffer.from('hiho').toString('base64') },
        ],
      },
      {},
    ])
  })

  test('with arguments of no call ends as a failed one', () => {
    expect(() => chunksOf([START, toolInput(0, '{}'), stop('tool_use')])).toThrow(
      expect.objectContaining({ code: 'model_answer_invalid' }),
    )
  })

  test('of a model that wrote nonsense ends as a failed one', () => {
    expect(() => chunksOf([START, text(0, 'x'), stop('malformed_tool_use')])).toThrow(
      expect.objectContaining({ code: 'model_error' }),
    )
  })
})
