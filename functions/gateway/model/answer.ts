/** The fields of a Converse answer that the gateway reads; all others go to the caller unchanged. */

import type { Usage } from '../../../shared/audit-line.ts'
import { isMap } from '../../../shared/is-map.ts'
import { GatewayError } from '../errors.ts'
import { usageOf } from './usage.ts'
import type { ConverseResponse } from './wire.ts'

export interface ConverseAnswer {
  /** The text as Bedrock sent it. */
  readonly json: string
  /** The same, parsed. */
  readonly answer: ConverseResponse
  /** All text blocks of the message; tool use and reasoning are left out. */
  readonly output: string
  readonly stopReason: string
  readonly usage: Usage
}

export function parseConverseAnswer(json: string): ConverseAnswer {
  let answer: unknown
  try {
    answer = JSON.parse(json)
  } catch {
    // Without the cause, because V8's message quotes the text.
    throw invalidAnswer('it is not JSON')
  }
  const content = field(field(field(answer, 'output'), 'message'), 'content')
  const stopReason = field(answer, 'stopReason')
  const usage = usageOf(field(answer, 'usage'))
  if (!Array.isArray(content)) throw invalidAnswer('it has no message')
  if (typeof stopReason !== 'string') throw invalidAnswer('it has no stop reason')
  if (!usage) throw invalidAnswer('its usage is missing')
  return {
    json,
    answer: answer as ConverseAnswer['answer'],
    output: content
      .map((block: unknown) => field(block, 'text'))
      .filter((text) => typeof text === 'string')
      .join(''),
    stopReason,
    usage,
  }
}

const field = (value: unknown, name: string): unknown =>
  isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined

export function invalidAnswer(why: string): GatewayError {
  return new GatewayError(
    'model_answer_invalid',
    `The model service answered something that is not a Converse answer: ${why}. Try again.`,
  )
}
