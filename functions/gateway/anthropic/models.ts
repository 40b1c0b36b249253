/** A tenant's models in the form of Anthropic's list, for Claude Code and Anthropic's SDKs. */
import { GatewayError } from '../errors.ts'

export interface AnthropicModel {
  readonly type: 'model'
  readonly id: string
  readonly display_name: string
  /** A fixed date, because Bedrock does not say when a model was made. */
  readonly created_at: string
}

export const anthropicModel = ([name]: readonly [string, string]): AnthropicModel => ({
  type: 'model',
  id: name,
  display_name: name,
  created_at: '1970-01-01T00:00:00Z',
})

const LIMITS = { least: 1, most: 1000, usual: 20 } as const

/** Anthropic's own paging: up to `limit` models after or before one of them. */
export function anthropicPage(models: readonly AnthropicModel[], query: URLSearchParams) {
  const limit = limitOf(query.get('limit'))
  const after = query.get('after_id')
  const before = query.get('before_id')
  const from = after === null ? 0 : models.findIndex(({ id }) => id === after) + 1
  const found = before === null ? -1 : models.findIndex(({ id }) => id === before)
  const window = models.slice(from, found < 0 ? models.length : found)
  const data = before === null ? window.slice(0, limit) : window.slice(-limit)
  return {
    data,
    has_more: data.length < window.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}

function limitOf(text: string | null): number {
  if (text === null) return LIMITS.usual
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= LIMITS.least && limit <= LIMITS.most) return limit
  throw new GatewayError('number_out_of_range', `"limit" must be a whole number, ${LIMITS.least} to ${LIMITS.most}.`, {
    param: 'limit',
  })
}
