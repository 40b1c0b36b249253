/** An earlier answer, as it comes back with the history. */
import type { WireContentBlock } from '../model/wire.ts'
import { cachePoint } from './cache-points.ts'
import type { AssistantMessage, ChatMessage } from './chat-schema.ts'
import type { MessageOptions } from './message-options.ts'
import { asText, callBlock } from './tool-history.ts'

/** Puts reasoning first, then texts, then calls, which is the order in which models write them. */
export function assistantContent(
  message: AssistantMessage,
  param: string,
  options: MessageOptions,
): readonly WireContentBlock[] {
  const toolUses = (message.tool_calls ?? []).map((call, index) => callBlock(call, `${param}.tool_calls.${index}`))
  const said = [...reasoning(message, options), ...texts(message)]
  const content = [...said, ...(options.tools ? toolUses : asText(toolUses))]
  return content.length === 0 ? [] : [...content, ...cachePoint(message, 'messages', options)]
}

/** Reasoning that the model can verify as its own; other reasoning is not sent back to it. */
export function signedReasoning(message: AssistantMessage): readonly WireContentBlock[] {
  return (message.thinking_blocks ?? []).flatMap((block): WireContentBlock[] => {
    if (block.type === 'redacted_thinking') return [{ reasoningContent: { redactedContent: block.data } }]
    if (!block.signature) return []
    return [{ reasoningContent: { reasoningText: { text: block.thinking, signature: block.signature } } }]
  })
}

function reasoning(message: AssistantMessage, { reasons, ignore }: MessageOptions): readonly WireContentBlock[] {
  const blocks = reasons ? signedReasoning(message) : []
  const sent = message.thinking_blocks?.length ?? 0
  if (blocks.length < sent) ignore('messages.thinking_blocks')
  // If there are thinking blocks, `reasoning_content` repeats their text.
  if (sent === 0 && message.reasoning_content) ignore('messages.reasoning_content')
  return blocks
}

function texts({ content, refusal }: AssistantMessage): readonly WireContentBlock[] {
  const parts =
    typeof content === 'string'
      ? [content]
      : (content ?? []).map((part) => (part.type === 'text' ? part.text : part.refusal))
  const all = refusal ? [...parts, refusal] : parts
  return all.filter((text) => text.trim() !== '').map((text) => ({ text }))
}

/**
 * Whether the calls that the last results answer came without the reasoning that led to them, for example because the client does not keep it,
 * or because another model made the calls. Claude then refuses to reason. It reasons before the first of several calls.
 */
export function lostReasoning(messages: readonly ChatMessage[]): boolean {
  let first = messages.findLastIndex(({ role }) => role === 'assistant')
  if (!calls(messages[first])) return false
  for (let index = first; calls(messages[index]) || messages[index]?.role === 'tool'; index--) first = index
  const message = messages[first]
  return message?.role === 'assistant' && signedReasoning(message).length === 0
}

const calls = (message: ChatMessage | undefined): boolean =>
  message?.role === 'assistant' && (message.tool_calls?.length ?? 0) > 0
