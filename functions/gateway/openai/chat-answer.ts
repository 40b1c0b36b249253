/** Turns Converse's answer into a chat completion. */
import type { OpenAI } from 'openai'
import type { ConverseResponse, WireContentBlock } from '../model/wire.ts'
import { type AnswerOptions, answerHead, finishReason, type ThinkingBlock, usageOf } from './answer-parts.ts'

type Completion = OpenAI.Chat.Completions.ChatCompletion
type ToolCall = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall

export interface ReasonedMessage extends OpenAI.Chat.Completions.ChatCompletionMessage {
  reasoning_content?: string
  thinking_blocks?: readonly ThinkingBlock[]
}

/** @param answer parsed so that long numbers keep all their digits, because a tool's arguments may contain them */
export function chatCompletion(answer: ConverseResponse, options: AnswerOptions): Completion {
  const content = answer.output?.message?.content ?? []
  const calls = content.flatMap((block) => (block.toolUse ? [toolCall(block.toolUse)] : []))
  const text = content.map(textOf).join('')
  const reasoning = content.flatMap((block) => block.reasoningContent?.reasoningText?.text ?? []).join('')
  const thinking = content.flatMap(thinkingBlock)
  const usage = usageOf(answer.usage)
  const message: ReasonedMessage = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(thinking.length > 0 && { thinking_blocks: thinking }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return {
    ...answerHead(options),
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(answer.stopReason, calls.length) }],
    ...(usage && { usage }),
  }
}

function toolCall({ toolUseId, name, input }: NonNullable<WireContentBlock['toolUse']>): ToolCall {
  return {
    id: toolUseId ?? '',
    type: 'function',
    function: { name: name ?? '', arguments: JSON.stringify(input ?? {}) },
  }
}

/** A text with citations is treated as a text. */
function textOf({ text, citationsContent }: WireContentBlock): string {
  return text ?? (citationsContent?.content ?? []).map((one) => one.text ?? '').join('')
}

function thinkingBlock({ reasoningContent }: WireContentBlock): readonly ThinkingBlock[] {
  const { reasoningText, redactedContent } = reasoningContent ?? {}
  if (redactedContent) return [{ type: 'redacted_thinking', data: redactedContent }]
  if (!reasoningText?.signature) return []
  return [{ type: 'thinking', thinking: reasoningText.text ?? '', signature: reasoningText.signature }]
}
