import { float, integer, list, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { type StopReason, textOf } from '../model-backend.ts'
import { invalid } from '../refusals.ts'
import { type BodyFormat, extraneous, MALFORMED } from './format.ts'

const INPUT = structure(
  {
    inputText: required(text({ min: 1 })),
    textGenerationConfig: structure(
      {
        maxTokenCount: integer({ min: 0 }),
        temperature: float({ min: 0, max: 1 }),
        topP: float({ min: 0, max: 1 }),
        stopSequences: list(text({ min: 1 })),
      },
      extraneous,
    ),
  },
  extraneous,
)

const COMPLETION_REASONS: Readonly<Record<StopReason, string>> = {
  end_turn: 'FINISH',
  tool_use: 'FINISH',
  max_tokens: 'LENGTH',
  stop_sequence: 'STOP_CRITERIA_MET',
  content_filtered: 'CONTENT_FILTERED',
  guardrail_intervened: 'CONTENT_FILTERED',
}
/** The default of Titan's API. */
const DEFAULT_TOKENS = 512

export const titan: BodyFormat = {
  read(body, { maxOutputTokens }) {
    const { inputText, textGenerationConfig = {} } = read(INPUT, body, MALFORMED)
    const { maxTokenCount: maxTokens = DEFAULT_TOKENS, stopSequences = [], ...sampling } = textGenerationConfig
    if (maxTokens > maxOutputTokens)
      throw invalid(
        `Malformed input request: #/textGenerationConfig/maxTokenCount: ${maxTokens} is not less or equal to ${maxOutputTokens}, please reformat your input and try again.`,
      )
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: inputText }] }]
    return { messages, system: [], tools: [], maxTokens, stopSequences, ...sampling }
  },
  write: ({ content, stopReason, usage: { inputTokens, outputTokens } }) => ({
    inputTextTokenCount: inputTokens,
    results: [
      { tokenCount: outputTokens, outputText: textOf(content), completionReason: COMPLETION_REASONS[stopReason] },
    ],
  }),
  async *parts(events, { input, metrics }) {
    const part = { index: 0, totalOutputTextTokenCount: null, completionReason: null }
    for await (const event of events) {
      if (event.kind === 'delta') yield { ...part, outputText: event.text, inputTextTokenCount: input.inputTokens }
      if (event.kind === 'end')
        yield {
          ...part,
          outputText: '',
          inputTextTokenCount: event.usage.inputTokens,
          totalOutputTextTokenCount: event.usage.outputTokens,
          completionReason: COMPLETION_REASONS[event.stopReason],
          ...metrics(event.usage),
        }
    }
  },
}
