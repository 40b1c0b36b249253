/** Nova's own body: similar to `Converse`, with Nova's parameters at the top level. */
import { float, integer, list, oneOf, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { CONVERSATION } from '../converse/input.ts'
import { contentBlock, converseParts, usageOf } from '../converse/output.ts'
import { conversationOf } from '../converse/read.ts'
import { checkConversation } from '../converse/rules.ts'
import { REASONING_CONFIG, reasoningOf } from '../families/nova.ts'
import { malformed } from '../refusals.ts'
import { type BodyFormat, extraneous, MALFORMED } from './format.ts'

const { messages, system, toolConfig } = CONVERSATION

const INPUT = structure(
  {
    schemaVersion: oneOf('messages-v1'),
    messages: required(messages),
    system,
    toolConfig,
    inferenceConfig: structure(
      {
        maxTokens: integer({ min: 1 }),
        temperature: float({ min: 0, max: 1 }),
        topP: float({ min: 0, max: 1 }),
        topK: integer({ min: 0, max: 128 }),
        stopSequences: list(text({ min: 1 })),
        reasoningConfig: REASONING_CONFIG,
      },
      extraneous,
    ),
    reasoningConfig: REASONING_CONFIG,
  },
  extraneous,
)

export const nova: BodyFormat = {
  read(body, model) {
    const input = read(INPUT, body, MALFORMED)
    const { reasoningConfig: inner, stopSequences = [], ...inference } = input.inferenceConfig ?? {}
    if ((inference.maxTokens ?? 1) > model.maxOutputTokens)
      throw malformed(
        `#/inferenceConfig/maxTokens: ${inference.maxTokens} is not less or equal to ${model.maxOutputTokens}`,
      )
    checkConversation(input)
    const reasoning = reasoningOf(input.reasoningConfig ?? inner, model)
    return { ...conversationOf(input), ...inference, ...(reasoning && { reasoning }), stopSequences }
  },
  write: ({ content, stopReason, usage }) => ({
    output: { message: { content: content.map(contentBlock), role: 'assistant' } },
    stopReason,
    usage: usageOf(usage),
  }),
  async *parts(events, { metrics }) {
    for await (const { type, payload, usage } of converseParts(events))
      yield { [type]: payload, ...(usage && { ...metrics(usage) }) }
  },
}
