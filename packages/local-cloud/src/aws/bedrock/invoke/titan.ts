import { float, integer, list, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { textOf } from '../model-backend.ts'
import { type BodyFormat, MALFORMED, textMessages } from './format.ts'

const INPUT = structure({
  inputText: required(text({ min: 1 })),
  textGenerationConfig: structure({
    maxTokenCount: integer({ min: 0 }),
    temperature: float({ min: 0, max: 1 }),
    topP: float({ min: 0, max: 1 }),
    stopSequences: list(text({ min: 1 })),
  }),
})

const COMPLETION_REASONS = {
  end_turn: 'FINISH',
  tool_use: 'FINISH',
  max_tokens: 'LENGTH',
  stop_sequence: 'STOP_CRITERIA_MET',
}
/** Titan's own default. */
const DEFAULT_TOKENS = 512

export const titan: BodyFormat = {
  read(body) {
    const { inputText, textGenerationConfig = {} } = read(INPUT, body, MALFORMED)
    const { maxTokenCount: maxTokens = DEFAULT_TOKENS, stopSequences = [], ...sampling } = textGenerationConfig
    const messages = textMessages([{ role: 'user', content: [{ text: inputText }] }])
    return { messages, system: [], tools: [], maxTokens, stopSequences, ...sampling }
  },
  write: ({ content, stopReason, usage: { inputTokens, outputTokens } }) => ({
    inputTextTokenCount: inputTokens,
    results: [
      { tokenCount: outputTokens, outputText: textOf(content), completionReason: COMPLETION_REASONS[stopReason] },
    ],
  }),
}
