/** Reads what Bedrock says about tokens, in each of the places where it says it, and the other parts of its answers that a record has. */
import type { Usage } from '../../../shared/audit-line.ts'
import { isMap } from '../../../shared/is-map.ts'
import type { LogRecord } from '../log.ts'

type Headers = Readonly<Record<string, string | undefined>>

/**
 * Usage from Converse and ConverseStream.
 * @returns undefined if one of the first two numbers is missing. Neither of them includes tokens of a cache
 */
export function usageOf(value: unknown): Usage | undefined {
  const inputTokens = count(field(value, 'inputTokens'))
  const outputTokens = count(field(value, 'outputTokens'))
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const read = count(field(value, 'cacheReadInputTokens'))
  const written = count(field(value, 'cacheWriteInputTokens'))
  const details = field(value, 'cacheDetails')
  const hour = (Array.isArray(details) ? details : [])
    .filter((one) => field(one, 'ttl') === '1h')
    .reduce((sum: number, one) => sum + (count(field(one, 'inputTokens')) ?? 0), 0)
  return {
    inputTokens,
    outputTokens,
    totalTokens: count(field(value, 'totalTokens')) ?? inputTokens + outputTokens + (read ?? 0) + (written ?? 0),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(written !== undefined && { cacheWriteInputTokens: written }),
    ...(hour > 0 && { cacheWrite1hInputTokens: hour }),
  }
}

/**
 * Usage from InvokeModel: it is in headers, whatever the model's own format is, except for how long a cache is kept, which only Claude's body
 * says.
 */
export function usageOfInvoke(headers: Headers, body: string): Usage | undefined {
  const number = (name: string) => {
    const text = headers[`x-amzn-bedrock-${name}-token-count`]
    return text === undefined ? undefined : Number(text)
  }
  const cacheWriteInputTokens = number('cache-write-input')
  return withHour(
    usageOf({
      inputTokens: number('input'),
      outputTokens: number('output'),
      cacheReadInputTokens: number('cache-read-input'),
      cacheWriteInputTokens,
    }),
    cacheWriteInputTokens ? hourIn(body) : 0,
  )
}

/** Usage from the last chunk of InvokeModelWithResponseStream, to which Bedrock adds it. */
export function usageOfMetrics(metrics: unknown, hour = 0): Usage | undefined {
  return withHour(
    usageOf({
      inputTokens: field(metrics, 'inputTokenCount'),
      outputTokens: field(metrics, 'outputTokenCount'),
      cacheReadInputTokens: field(metrics, 'cacheReadInputTokenCount'),
      cacheWriteInputTokens: field(metrics, 'cacheWriteInputTokenCount'),
    }),
    hour,
  )
}

/**
 * Tokens that Claude wrote to its one-hour cache, from its answer or from the answer's first chunk. A text of the model cannot match, because
 * its quotation marks are escaped.
 */
export function hourIn(text: string): number {
  const [, tokens] = /"ephemeral_1h_input_tokens"\s*:\s*(\d{1,9})\b/.exec(text) ?? []
  return tokens === undefined ? 0 : Number(tokens)
}

const withHour = (usage: Usage | undefined, hour: number): Usage | undefined =>
  usage && hour > 0 ? { ...usage, cacheWrite1hInputTokens: hour } : usage

const SUMMED = ['cacheReadInputTokens', 'cacheWriteInputTokens', 'cacheWrite1hInputTokens'] as const

/** The usage of a request that took several calls, such as one for each text. */
export function sumOf(one: Usage | undefined, other: Usage): Usage {
  if (!one) return other
  const cache = SUMMED.flatMap((name) => {
    if (one[name] === undefined && other[name] === undefined) return []
    return [[name, (one[name] ?? 0) + (other[name] ?? 0)] as const]
  })
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    totalTokens: one.totalTokens + other.totalTokens,
    ...Object.fromEntries(cache),
  }
}

/** Notes headers of every answer, including refusals: the request id that AWS's support asks for, and the service tier of InvokeModel. */
export function noteHeaders(record: LogRecord, headers: Headers): void {
  const id = headers['x-amzn-requestid']
  if (id !== undefined) record.bedrockRequestId = id
  noteTier(record, headers['x-amzn-bedrock-service-tier'])
}

/** @param tier from Converse's answer or a header; the standard tier is not recorded */
export function noteTier(record: LogRecord, tier: unknown): void {
  if (typeof tier === 'string' && tier !== 'default') record.serviceTier = tier
}

/** The model's id, without the account if it is an ARN. */
export const servedModelOf = (modelId: string): string => modelId.slice(modelId.lastIndexOf('/') + 1)

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined

const field = (value: unknown, name: string): unknown =>
  isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined
