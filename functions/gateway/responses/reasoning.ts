/**
 * Reasoning that clients send back with the next request: Claude's own blocks with their signatures, carried in the API's `encrypted_content`.
 * The model's provider has signed them, and nothing between reads them.
 */
import { isMap } from '../../../shared/is-map.ts'
import { isTooDeep } from '../json.ts'
import type { ThinkingBlock } from '../openai/answer-parts.ts'
import { refuse } from '../openai/refuse.ts'

export type Thought = ThinkingBlock

export const sealed = (thoughts: readonly Thought[]): string => Buffer.from(JSON.stringify(thoughts)).toString('base64')

/** @throws GatewayError for a text that {@link sealed} did not make */
export function unsealed(content: string, param: string): readonly Thought[] {
  const text = Buffer.from(content, 'base64').toString()
  let value: unknown
  try {
    value = isTooDeep(text) ? undefined : JSON.parse(text)
  } catch {
    // The error is thrown below.
  }
  if (Array.isArray(value) && value.every(isThought)) return value
  throw refuse(param, 'is not what this gateway answered. Send reasoning items as they came, or leave them out.')
}

function isThought(value: unknown): value is Thought {
  if (!isMap(value)) return false
  if (value.type === 'redacted_thinking') return typeof value.data === 'string'
  return value.type === 'thinking' && typeof value.thinking === 'string' && typeof value.signature === 'string'
}
