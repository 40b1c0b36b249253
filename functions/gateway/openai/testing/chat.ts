/** For tests: maps a chat request as the gateway does, and turns events of Bedrock into chunks. */
import type { OpenAI } from 'openai'
import type { GatewayError } from '../../errors.ts'
import type { ConverseStreamEvent } from '../../model/wire.ts'
import { mapChat, readChat } from '../chat-request.ts'
import { chatStream } from '../chat-stream.ts'

export const HAIKU = { id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' }
export const NOVA = { id: 'us.amazon.nova-2-lite-v1:0' }
export const OPUS = { id: 'global.anthropic.claude-opus-5' }

export const HELLO = { role: 'user', content: 'Hello' }
export const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}
export const call = (id: string, text = '{"city":"Oslo"}', name = 'get_weather') => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})
export const result = (id: string, content: unknown = 'rain') => ({ role: 'tool', tool_call_id: id, content })

export function map(fields: Readonly<Record<string, unknown>>, model = HAIKU) {
  const text = JSON.stringify({ model: 'm', messages: [HELLO], ...fields })
  return mapChat(readChat({ text, fields: JSON.parse(text) }), model)
}

/** The error of a refused request: its code, its field and its message. */
export function refusal(fields: Readonly<Record<string, unknown>>, model = HAIKU) {
  try {
    map(fields, model)
  } catch (error) {
    const { code, param, message } = error as GatewayError
    return { code, param, message }
  }
  throw new Error('It was not refused.')
}

export const OPTIONS = { requestId: 'r1', model: 'haiku', now: 1_700_000_000_000 }

export type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk & { readonly error?: { readonly message: string } }

export function chunksOf(events: readonly unknown[], includeUsage = false): readonly Chunk[] {
  const stream = chatStream({ ...OPTIONS, includeUsage })
  const text = events.map((event) => stream.encode(event as ConverseStreamEvent)).join('') + stream.end()
  const lines = text.split('\n\n').filter((line) => line !== '')
  if (lines.pop() !== 'data: [DONE]') throw new Error('The last line is not [DONE].')
  return lines.map((line) => JSON.parse(line.slice('data: '.length)))
}

export const deltas = (chunks: readonly Chunk[]) => chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta))

export const START = { messageStart: { role: 'assistant' } }
export const text = (index: number, words: string) => ({
  contentBlockDelta: { contentBlockIndex: index, delta: { text: words } },
})
export const toolStart = (index: number, id: string, name = 'get_weather') => ({
  contentBlockStart: { contentBlockIndex: index, start: { toolUse: { toolUseId: id, name } } },
})
export const toolInput = (index: number, input: string) => ({
  contentBlockDelta: { contentBlockIndex: index, delta: { toolUse: { input } } },
})
export const blockStop = (index: number) => ({ contentBlockStop: { contentBlockIndex: index } })
export const stop = (stopReason = 'end_turn') => ({ messageStop: { stopReason } })
export const USAGE = {
  metadata: { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 }, metrics: { latencyMs: 1 } },
}
