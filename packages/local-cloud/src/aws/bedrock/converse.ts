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
} from '../../wire/protocol/shape.ts'
import { type Prompt, readMessages, textBlocks } from './conversation.ts'
import { eventFrame } from './event-stream.ts'
import type { Generated, ModelEvent, Usage } from './model-backend.ts'

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
    system: textBlocks(system),
    ...inferenceConfig,
    stopSequences: inferenceConfig.stopSequences ?? [],
  }
}

const usageOf = ({ inputTokens, outputTokens }: Usage) => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
})

export const converseOutput = ({ content, stopReason, usage }: Generated, latencyMs: number) => ({
  output: { message: { role: 'assistant', content: content.map(({ text }) => ({ text })) } },
  stopReason,
  usage: usageOf(usage),
  metrics: { latencyMs },
})

/** Frames of `ConverseStream`. A block of text has no start of its own, as on AWS. */
export async function* converseFrames(
  events: AsyncIterable<ModelEvent>,
  latencyMs: () => number,
): AsyncGenerator<Uint8Array> {
  let contentBlockIndex = 0
  let started = false
  for await (const event of events) {
    if (!started) yield eventFrame('messageStart', { role: 'assistant' })
    started = true
    switch (event.kind) {
      case 'start':
        break
      case 'delta':
        yield eventFrame('contentBlockDelta', { contentBlockIndex, delta: { text: event.text } })
        break
      case 'stop':
        yield eventFrame('contentBlockStop', { contentBlockIndex })
        contentBlockIndex++
        break
      case 'end':
        yield eventFrame('messageStop', { stopReason: event.stopReason })
        yield eventFrame('metadata', { usage: usageOf(event.usage), metrics: { latencyMs: latencyMs() } })
    }
  }
}
