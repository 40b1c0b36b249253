import {
  float,
  integer,
  list,
  type Of,
  oneOf,
  read,
  required,
  structure,
  text,
  VALIDATION_EXCEPTIONS,
} from '../protocol/shape.ts'
import { type Prompt, readMessages } from './conversation.ts'
import type { StreamEvent } from './event-stream.ts'
import type { Generated } from './model-backend.ts'

const MESSAGE = structure({
  role: required(oneOf('user', 'assistant')),
  // Images, documents and tools are refused by name.
  content: required(list(structure({ text: required(text()) }))),
})

const INPUT = structure({
  messages: required(list(MESSAGE)),
  system: list(structure({ text: required(text({ min: 1 })) })),
  inferenceConfig: structure({
    maxTokens: integer({ min: 1 }),
    temperature: float({ min: 0, max: 1 }),
    topP: float({ min: 0, max: 1 }),
    stopSequences: list(text({ min: 1 }), { max: 2500 }),
  }),
})

export function readConverse(body: unknown): Prompt {
  const { messages, system = [], inferenceConfig = {} }: Of<typeof INPUT> = read(INPUT, body, VALIDATION_EXCEPTIONS)
  return {
    messages: readMessages(messages),
    system: system.map((block) => block.text).join('\n'),
    ...inferenceConfig,
    stopSequences: inferenceConfig.stopSequences ?? [],
  }
}

export interface Answer extends Generated {
  readonly latencyMs: number
}

const usageOf = ({ inputTokens, outputTokens }: Generated) => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
})

export const converseOutput = (answer: Answer) => ({
  output: { message: { role: 'assistant', content: [{ text: answer.text }] } },
  stopReason: answer.stopReason,
  usage: usageOf(answer),
  metrics: { latencyMs: answer.latencyMs },
})

/** A piece of text per event, about a word each. */
export function converseEvents(answer: Answer): readonly StreamEvent[] {
  const pieces = answer.text.match(/\S+\s*|\s+/g) ?? []
  return [
    { type: 'messageStart', payload: { role: 'assistant' } },
    ...pieces.map((piece) => ({
      type: 'contentBlockDelta',
      payload: { contentBlockIndex: 0, delta: { text: piece } },
    })),
    { type: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
    { type: 'messageStop', payload: { stopReason: answer.stopReason } },
    { type: 'metadata', payload: { usage: usageOf(answer), metrics: { latencyMs: answer.latencyMs } } },
  ]
}
