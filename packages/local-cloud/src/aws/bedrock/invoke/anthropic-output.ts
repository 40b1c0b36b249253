/** The answers of Anthropic's API, whole or as events. */
import {
  type BlockStart,
  type Generated,
  type ModelEvent,
  type OutputBlock,
  type StopReason,
  type Usage,
  writtenTo,
} from '../model-backend.ts'
import type { AboutAnswer } from './format.ts'

export const anthropicMessage = (answer: Generated, about: AboutAnswer) => ({
  ...message(about),
  content: answer.content.map(contentBlock),
  stop_reason: reasonOf(answer.stopReason),
  stop_sequence: answer.stopSequence ?? null,
  usage: usageOf(answer.usage),
})

export async function* anthropicParts(
  events: AsyncIterable<ModelEvent>,
  about: AboutAnswer,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let index = 0
  let started = false
  let open: BlockStart['type'] = 'text'
  for await (const event of events) {
    if (!started) {
      const usage = { ...usageOf(about.input), output_tokens: 1 }
      const begun = { ...message(about), content: [], stop_reason: null, stop_sequence: null, usage }
      yield { type: 'message_start', message: begun }
    }
    started = true
    switch (event.kind) {
      case 'start':
        open = event.block.type
        yield { type: 'content_block_start', index, content_block: begunBlock(event.block) }
        break
      case 'delta':
        yield { type: 'content_block_delta', index, delta: deltaOf(open, event.text) }
        break
      case 'signature':
        yield { type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: event.signature } }
        break
      case 'stop':
        yield { type: 'content_block_stop', index }
        index++
        break
      case 'end': {
        const delta = { stop_reason: reasonOf(event.stopReason), stop_sequence: event.stopSequence ?? null }
        yield { type: 'message_delta', delta, usage: usageOf(event.usage) }
        yield { type: 'message_stop', ...about.metrics(event.usage) }
      }
    }
  }
}

/** It is not documented which stop reason the body has when a guardrail intervened. Another field of the body says that one did. */
const reasonOf = (reason: StopReason) =>
  reason === 'content_filtered' ? 'refusal' : reason === 'guardrail_intervened' ? 'end_turn' : reason

const message = ({ model, requestId }: AboutAnswer) => ({
  id: `msg_bdrk_${requestId.replaceAll('-', '').slice(0, 24)}`,
  type: 'message',
  role: 'assistant',
  model: model.id.replace(/^anthropic\.(.*?)(-v\d+(:\d+)?)?$/, '$1'),
})

function contentBlock(block: OutputBlock) {
  switch (block.type) {
    case 'text':
      return block
    case 'toolUse':
      return { type: 'tool_use', id: ownId(block.id), name: block.name, input: block.input }
    case 'reasoning':
      return { type: 'thinking', thinking: block.text, signature: block.signature ?? '' }
    case 'redacted':
      return { type: 'redacted_thinking', data: block.data }
  }
}

/** `InvokeModel` returns the model's own ids, `Converse` returns Bedrock's. */
const ownId = (id: string) => id.replace(/^tooluse_/, 'toolu_bdrk_')

function begunBlock(start: BlockStart) {
  switch (start.type) {
    case 'text':
      return { type: 'text', text: '' }
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'redacted':
      return { type: 'redacted_thinking', data: start.data }
    case 'toolUse':
      return { type: 'tool_use', id: ownId(start.id), name: start.name, input: {} }
  }
}

function deltaOf(open: BlockStart['type'], text: string) {
  if (open === 'toolUse') return { type: 'input_json_delta', partial_json: text }
  return open === 'reasoning' ? { type: 'thinking_delta', thinking: text } : { type: 'text_delta', text }
}

function usageOf(usage: Usage) {
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = {} } = usage
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: writtenTo(usage),
    cache_read_input_tokens: cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWriteTokens['5m'] ?? 0,
      ephemeral_1h_input_tokens: cacheWriteTokens['1h'] ?? 0,
    },
    output_tokens: outputTokens,
  }
}
