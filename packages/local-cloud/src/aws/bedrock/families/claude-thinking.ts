/** Which requests for thinking, and which returned blocks of thinking, Anthropic's models refuse. */
import type { AwsError } from '../../../errors.ts'
import type { Block, Message, Prompt } from '../model-backend.ts'
import { isRedacted, signatureOf } from '../reasoning.ts'

type Refuse = (message: string) => AwsError

const LEAST_BUDGET = 1024

export function checkThinking(prompt: Prompt, refuse: Refuse): void {
  prompt.messages.forEach(({ content }, index) => {
    content.forEach((block, position) => {
      checkSeal(block, `messages.${index}.content.${position}`, refuse)
    })
  })
  const { reasoning, maxTokens, temperature, topP, topK, toolChoice } = prompt
  if (!reasoning) return
  const { budgetTokens } = reasoning
  if (budgetTokens !== undefined && budgetTokens < LEAST_BUDGET)
    throw refuse(`thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_BUDGET}`)
  if (budgetTokens !== undefined && maxTokens !== undefined && maxTokens <= budgetTokens)
    throw refuse('`max_tokens` must be greater than `thinking.budget_tokens`.')
  if (temperature !== undefined && temperature !== 1)
    throw refuse('`temperature` may only be set to 1 when thinking is enabled.')
  if (topP !== undefined && topP < 0.95)
    throw refuse('`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.')
  if (topK !== undefined) throw refuse('`top_k` must be unset when thinking is enabled.')
  if (toolChoice?.type === 'any' || toolChoice?.type === 'tool')
    throw refuse('Thinking may not be enabled when tool_choice forces tool use.')
  if (budgetTokens !== undefined) checkLastTurn(prompt.messages, refuse)
}

function checkSeal(block: Block, at: string, refuse: Refuse): void {
  if (block.type === 'reasoning') {
    const { signature, text } = block
    if (!signature) throw refuse(`${at}.thinking.signature: Field required`)
    if (signature !== signatureOf(text)) throw refuse(`${at}: Invalid \`signature\` in \`thinking\` block`)
  }
  if (block.type === 'redacted' && !isRedacted(block.data))
    throw refuse(`${at}: Invalid \`data\` in \`redacted_thinking\` block`)
}

const NAMES: Readonly<Record<string, string>> = { toolUse: 'tool_use' }

/** During a loop of tool calls the model continues its thinking, so the turn must begin with the earlier blocks. */
function checkLastTurn(messages: readonly Message[], refuse: Refuse): void {
  const index = messages.findLastIndex(({ role }) => role === 'assistant')
  const answers = messages[index + 1]?.content.some(({ type }) => type === 'toolResult')
  const [first] = messages[index]?.content ?? []
  if (!first || (index !== messages.length - 1 && !answers)) return
  if (first.type === 'reasoning' || first.type === 'redacted') return
  throw refuse(
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${NAMES[first.type] ?? first.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
  )
}
