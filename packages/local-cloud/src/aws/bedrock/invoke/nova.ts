import { float, integer, list, oneOf, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { textOf } from '../model-backend.ts'
import { type BodyFormat, MALFORMED, textBlocks, textMessages } from './format.ts'

const TEXTS = list(structure({ text: required(text()) }))

const INPUT = structure({
  schemaVersion: oneOf('messages-v1'),
  messages: required(
    list(structure({ role: required(oneOf('user', 'assistant')), content: required(TEXTS) }), { min: 1 }),
  ),
  system: TEXTS,
  inferenceConfig: structure({
    maxTokens: integer({ min: 1 }),
    temperature: float({ min: 0, max: 1 }),
    topP: float({ min: 0, max: 1 }),
    stopSequences: list(text({ min: 1 })),
  }),
})

export const nova: BodyFormat = {
  read(body) {
    const { messages, system = [], inferenceConfig = {} } = read(INPUT, body, MALFORMED)
    return {
      messages: textMessages(messages),
      system: textBlocks(system),
      tools: [],
      ...inferenceConfig,
      stopSequences: inferenceConfig.stopSequences ?? [],
    }
  },
  write: ({ content, stopReason, usage: { inputTokens, outputTokens } }) => ({
    output: { message: { content: [{ text: textOf(content) }], role: 'assistant' } },
    stopReason,
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
  }),
}
