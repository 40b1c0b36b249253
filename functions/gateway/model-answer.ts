/** What the gateway reads in a Converse answer; everything else in it goes to the caller untouched. */
import { GatewayError } from './errors.ts'
import type { Usage } from './log.ts'

export interface ConverseAnswer {
  /** As Bedrock sent it. */
  readonly json: string
  /** All text blocks of the message; tool use and reasoning are not text. */
  readonly output: string
  readonly stopReason: string
  readonly usage: Usage
}

export function parseConverseAnswer(json: string): ConverseAnswer {
  let answer: unknown
  try {
    answer = JSON.parse(json)
  } catch {
    // Without the cause: V8's message quotes the text.
    throw invalid('it is not JSON')
  }
  const content = field(field(field(answer, 'output'), 'message'), 'content')
  const stopReason = field(answer, 'stopReason')
  const usage = field(answer, 'usage')
  if (!Array.isArray(content)) throw invalid('it has no message')
  if (typeof stopReason !== 'string') throw invalid('it has no stop reason')
  return {
    json,
    output: content
      .map((block: unknown) => field(block, 'text'))
      .filter((text) => typeof text === 'string')
      .join(''),
    stopReason,
    usage: {
      inputTokens: count(usage, 'inputTokens'),
      outputTokens: count(usage, 'outputTokens'),
      totalTokens: count(usage, 'totalTokens'),
    },
  }
}

function count(usage: unknown, name: string): number {
  const value = field(usage, name)
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw invalid(`usage.${name} is missing`)
  return value
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function invalid(why: string): GatewayError {
  return new GatewayError(
    'model_answer_invalid',
    `The model service answered something that is not a Converse answer: ${why}. Try again.`,
  )
}
