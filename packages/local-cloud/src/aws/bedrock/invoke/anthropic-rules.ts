/** What Anthropic's API refuses in a conversation, in its words. Consecutive turns of one role are joined, not refused. */
import { invalid } from '../refusals.ts'
import type { AnthropicBlock, AnthropicInput } from './anthropic-input.ts'

const MAX_CACHE_MARKS = 4

export function checkMessages({ messages, system = [], tools = [] }: AnthropicInput): void {
  if (messages.length === 0) throw invalid('messages: at least one message is required')
  if (messages[0]?.role !== 'user') throw invalid('messages: first message must use the "user" role')
  messages.forEach(({ role, content }, index) => {
    if (content.length === 0 && (role === 'user' || index < messages.length - 1))
      throw invalid(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      )
    checkPairs(messages, index)
  })
  const blocks = messages.flatMap(({ content }) => content)
  for (const block of [...blocks, ...system]) {
    if (block.type !== 'text') continue
    if (block.text === '') throw invalid('messages: text content blocks must be non-empty')
    if (block.text.trim() === '') throw invalid('messages: text content blocks must contain non-whitespace text')
  }
  if (tools.length === 0 && blocks.some(({ type }) => type === 'tool_use' || type === 'tool_result'))
    throw invalid('Requests which include `tool_use` or `tool_result` blocks must define tools')
  const marks = [...blocks, ...system, ...tools].filter((one) => 'cache_control' in one && one.cache_control)
  if (marks.length > MAX_CACHE_MARKS)
    throw invalid(`A maximum of ${MAX_CACHE_MARKS} blocks with cache_control may be provided. Found ${marks.length}.`)
}

const idsOf = (content: readonly AnthropicBlock[] = []) => ({
  asked: content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])),
  answered: content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : [])),
})

function checkPairs(messages: AnthropicInput['messages'], index: number): void {
  const { asked } = idsOf(messages[index]?.content)
  const next = idsOf(messages[index + 1]?.content).answered
  const missing = asked.filter((id) => !next.includes(id))
  if (missing.length > 0)
    throw invalid(
      `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    )
  const before = idsOf(messages[index - 1]?.content).asked
  const surplus = idsOf(messages[index]?.content).answered.find((id) => !before.includes(id))
  if (surplus !== undefined)
    throw invalid(
      `messages.${index}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${surplus}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    )
}
