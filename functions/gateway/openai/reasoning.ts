/** Translates OpenAI's `reasoning_effort` into the fields of each model family. */
import type { ModelFeatures, Reasoning } from '../model/features.ts'
import { lostReasoning } from './assistant-message.ts'
import type { ChatMessage, ChatRequest } from './chat-schema.ts'
import { refuse } from './refuse.ts'

export interface ReasoningPlan {
  /** Whether the model reasons in this call. */
  readonly reasons: boolean
  /** Fields for `additionalModelRequestFields`. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Fields that the model does not accept together with reasoning. */
  readonly excludes: readonly ('max_tokens' | 'temperature' | 'top_p' | 'forced tool_choice')[]
}

const NONE: ReasoningPlan = { reasons: false, fields: {}, excludes: [] }

/** The smallest number of tokens that Claude accepts. */
const LEAST_BUDGET = 1024
const BUDGETS = { minimal: 1024, low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16_384 } as const

/** @param maxTokens the most tokens of the answer, reasoning included */
export function planReasoning(
  { reasoning_effort: effort, messages }: ChatRequest,
  { reasoning }: ModelFeatures,
  maxTokens: number,
  ignore: (field: string) => void,
): ReasoningPlan {
  const always = reasoning?.by === 'adaptive' && reasoning.always
  if (effort === undefined || effort === null || effort === 'none') {
    if (effort === 'none' && always) ignore('reasoning_effort')
    return { ...NONE, reasons: always, excludes: always ? ['forced tool_choice'] : [] }
  }
  if (!reasoning) {
    throw refuse(
      'reasoning_effort',
      'is not known to this model, which does not reason, or not as told. Leave it out, or send none.',
    )
  }
  if (reasoning.by === 'budget') {
    if (lostReasoning(messages as readonly ChatMessage[])) {
      ignore('reasoning_effort')
      return NONE
    }
    return {
      reasons: true,
      fields: { thinking: { type: 'enabled', budget_tokens: budget(BUDGETS[effort], maxTokens) } },
      excludes: ['temperature', 'top_p', 'forced tool_choice'],
    }
  }
  const level = effort === 'minimal' ? 'low' : effort
  if (!reasoning.efforts.includes(level)) {
    throw refuse('reasoning_effort', `must be one of none, minimal, ${reasoning.efforts.join(', ')} for this model.`)
  }
  return { reasons: true, ...inWordsOf(reasoning, level) }
}

function inWordsOf(
  reasoning: Exclude<Reasoning, { by: 'budget' }>,
  level: string,
): Pick<ReasoningPlan, 'fields' | 'excludes'> {
  switch (reasoning.by) {
    case 'adaptive':
      return {
        fields: { thinking: { type: 'adaptive' }, output_config: { effort: level } },
        excludes: ['temperature', 'top_p', 'forced tool_choice'],
      }
    case 'reasoningConfig':
      return {
        fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } },
        // With its highest effort, Nova 2 refuses all three fields.
        excludes: level === 'high' ? ['max_tokens', 'temperature', 'top_p'] : [],
      }
    case 'effort':
      return {
        fields: reasoning.nested ? { reasoning: { effort: level } } : { reasoning_effort: level },
        excludes: [],
      }
  }
}

/** At most half of the answer, so that tokens are left for what the caller reads. */
function budget(wanted: number, maxTokens: number): number {
  const room = Math.floor(maxTokens / 2)
  if (room >= LEAST_BUDGET) return Math.min(wanted, room)
  throw refuse(
    'reasoning_effort',
    `needs ${2 * LEAST_BUDGET} tokens or more: ask for as many max_completion_tokens, or leave the effort out.`,
  )
}
