/** Anthropic's Messages API in Bedrock's form: with `anthropic_version` in place of `model` and `stream`. */
import { read } from '../../../wire/protocol/shape.ts'
import { checkBetas, reasoningOf } from '../families/claude.ts'
import type { Prompt } from '../model-backend.ts'
import { invalid, malformed } from '../refusals.ts'
import { INPUT } from './anthropic-input.ts'
import { anthropicMessage, anthropicParts } from './anthropic-output.ts'
import { blocksOf, choiceOf, toolsOf } from './anthropic-read.ts'
import { checkMessages } from './anthropic-rules.ts'
import type { BodyFormat } from './format.ts'

export const anthropic: BodyFormat = {
  read(body, model): Prompt {
    const input = read(INPUT, body, { serialization: malformed, validation: invalid })
    const { max_tokens: maxTokens, temperature, top_p, top_k, tool_choice, output_config } = input
    checkBetas(input.anthropic_beta, invalid)
    checkMessages(input)
    if (maxTokens > model.maxOutputTokens)
      throw invalid(
        `max_tokens: ${maxTokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`,
      )
    const reasoning = reasoningOf(input.thinking, output_config?.effort, model, invalid)
    const schema = output_config?.format?.schema
    return {
      messages: input.messages.map(({ role, content }) => ({ role, content: blocksOf(content) })),
      system: blocksOf(input.system ?? []),
      tools: toolsOf(input.tools ?? []),
      ...(tool_choice && { toolChoice: choiceOf(tool_choice) }),
      ...(tool_choice?.disable_parallel_tool_use && { oneToolCall: true }),
      ...(reasoning && { reasoning }),
      ...(schema && { schema }),
      maxTokens,
      ...(temperature !== undefined && { temperature }),
      ...(top_p !== undefined && { topP: top_p }),
      ...(top_k !== undefined && { topK: top_k }),
      stopSequences: input.stop_sequences ?? [],
    }
  },
  write: anthropicMessage,
  parts: anthropicParts,
}
