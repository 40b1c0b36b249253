import {
  float,
  integer,
  list,
  oneOf,
  read,
  required,
  type Shape,
  structure,
  text,
} from '../../../wire/protocol/shape.ts'
import { type BodyFormat, MALFORMED, textBlocks, textMessages } from './format.ts'

const BLOCKS = list(structure({ type: required(oneOf('text')), text: required(text()) }))

/** Text, or blocks of text. */
const CONTENT: Shape<readonly { readonly text: string }[]> = {
  read: (value, path, problems) => (typeof value === 'string' ? [{ text: value }] : BLOCKS.read(value, path, problems)),
}

const INPUT = structure({
  anthropic_version: required(oneOf('bedrock-2023-05-31')),
  max_tokens: required(integer({ min: 1 })),
  messages: required(
    list(structure({ role: required(oneOf('user', 'assistant')), content: required(CONTENT) }), { min: 1 }),
  ),
  system: CONTENT,
  temperature: float({ min: 0, max: 1 }),
  top_p: float({ min: 0, max: 1 }),
  stop_sequences: list(text({ min: 1 })),
})

export const anthropic: BodyFormat = {
  read(body) {
    const { max_tokens, messages, system = [], temperature, top_p, stop_sequences } = read(INPUT, body, MALFORMED)
    return {
      messages: textMessages(messages),
      system: textBlocks(system),
      tools: [],
      maxTokens: max_tokens,
      ...(temperature !== undefined && { temperature }),
      ...(top_p !== undefined && { topP: top_p }),
      stopSequences: stop_sequences ?? [],
    }
  },
  write: (answer, modelId, requestId) => ({
    id: `msg_bdrk_${requestId.replaceAll('-', '').slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    model: modelId.replace(/^anthropic\.(.*?)(-v\d+(:\d+)?)?$/, '$1'),
    content: answer.content,
    stop_reason: answer.stopReason,
    stop_sequence: null,
    usage: { input_tokens: answer.usage.inputTokens, output_tokens: answer.usage.outputTokens },
  }),
}
