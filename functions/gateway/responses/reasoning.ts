/**
 * Reasoning that comes back with the next request: Claude's own blocks with their signatures, which the API's `encrypted_content` carries.
 * It is signed by the model's provider and read by nobody between.
 */
import { isMap } from '../../../shared/is-map.ts'
import { isTooDeep } from '../json.ts'
import type { ThinkingBlock } from '../openai/answer-parts.ts'
import { refuse } from '../openai/refuse.ts'

export type Thought = ThinkingBlock

export const sealed = (thoughts: readonly Thought[]): string => Buffer.from(JSON.stringify(thoughts)).toString('base64')

/** @throws GatewayError for a text that {@link sealed} has not made */
export function unsealed(content: string, param: string): readonly Thought[] {
  const text = Buffer.from(content, 'base64').toString()
  let value: unknown
  try {
    value = isTooDeep(text) ? undefined : JSON.parse(text)
  } catch {
    // Told below.
  }
  if (Array.isArray(value) && value.every(isThought)) return value
  throw refuse(param, 'is not what this gateway answered. Send reasoning items as they came, or leave them out.')
}

function isThought(value: unknown): value is Thought {
  if (!isMap(value)) return false
  if (value.type === 'redacted_thinking') return typeof value.data === 'string'
  return value.type === 'thinking' && typeof value.thinking === 'string' && typeof value.signature === 'string'
}
