/** Calls of tools and their results, which clients send back with the history. */
import { createHash } from 'node:crypto'
import { isTooDeep, parseKeepingNumbers } from '../json.ts'
import type { WireContentBlock } from '../model/wire.ts'
import type { AssistantMessage, ChatMessage, ToolMessage } from './chat-schema.ts'
import { refuse } from './refuse.ts'

type ToolUse = Extract<WireContentBlock, { toolUse: object }>
type ToolResult = Extract<WireContentBlock, { toolResult: object }>
type ToolCall = NonNullable<AssistantMessage['tool_calls']>[number]

/** Checks what OpenAI's API requires: each call has a result directly after its message, and there is no result without a call. */
export function checkPairs(messages: readonly ChatMessage[]): void {
  let caller = 0
  let open = new Map<string, number>()
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id)) {
        throw refuse(
          `messages.${index}.tool_call_id`,
          'answers no call of the assistant message before it, or a second time.',
        )
      }
      continue
    }
    if (message.role === 'system' || message.role === 'developer') continue
    if (open.size > 0) break
    caller = index
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : []
    open = new Map(calls.map(({ id }, number) => [id, number]))
    if (open.size < calls.length) throw refuse(`messages.${index}.tool_calls`, 'has two calls with the same id.')
  }
  const [missing] = open.values()
  if (missing !== undefined) {
    throw refuse(`messages.${caller}.tool_calls.${missing}`, 'has no answer: a tool message with its id must follow.')
  }
}

export function callBlock({ id, function: { name, arguments: text } }: ToolCall, param: string): ToolUse {
  const input = parseArguments(text, `${param}.function.arguments`)
  return { toolUse: { toolUseId: toolUseId(id), name, input: input as ToolUse['toolUse']['input'] } }
}

/** For a tool without parameters, models send nothing as the arguments, and clients send that back. */
function parseArguments(text: string, param: string): object {
  if (isTooDeep(text)) throw refuse(param, 'is nested too deeply.')
  let value: unknown
  try {
    value = text.trim() === '' ? {} : parseKeepingNumbers(text)
  } catch {
    throw refuse(param, 'is not JSON.')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw refuse(param, 'must be the text of one JSON object.')
}

export function resultBlock({ tool_call_id, content }: ToolMessage): ToolResult {
  const texts = (typeof content === 'string' ? [content] : content.map(({ text }) => text)).filter(
    (text) => text.trim() !== '',
  )
  // Bedrock refuses blank texts, but needs a result for every call.
  const blocks = (texts.length === 0 ? ['(empty)'] : texts).map((text) => ({ text }))
  return { toolResult: { toolUseId: toolUseId(tool_call_id), content: blocks } }
}

/**
 * Bedrock accepts ids of up to 64 letters, digits, `_` and `-`; ids of other providers may have other characters. The call and its result get
 * the same new id.
 */
function toolUseId(id: string): string {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(id) ? id : `call_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`
}

/** Writes calls and results as text, for a model that is offered no tools: it can read what happened, and makes no calls. */
export function asText(blocks: readonly WireContentBlock[]): readonly WireContentBlock[] {
  return blocks.map((block) => {
    if (block.toolUse) {
      const { toolUseId: id, name, input } = block.toolUse
      return { text: `[Tool call ${id}: ${name}(${JSON.stringify(input)})]` }
    }
    if (block.toolResult) {
      const { toolUseId: id, content } = block.toolResult
      return { text: `[Result of tool call ${id}]\n${(content ?? []).map((one) => one.text ?? '').join('\n')}` }
    }
    return block
  })
}
