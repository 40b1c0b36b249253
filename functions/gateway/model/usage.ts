/** What Bedrock says about tokens, in each of the places where it says so, and what else of its answers a record has. */
import type { Usage } from '../../../shared/audit-line.ts'
import { isMap } from '../../../shared/is-map.ts'
import type { LogRecord } from '../log.ts'

type Headers = Readonly<Record<string, string | undefined>>

/**
 * Of Converse and ConverseStream.
 * @returns undefined when one of the first two is missing. Tokens of a cache are in neither of them.
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

/** Of InvokeModel: in headers, whatever the model's own format is; how long a cache is kept is in Claude's body only. */
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

/** Of the last chunk of InvokeModelWithResponseStream, to which Bedrock adds it. */
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

/** Tokens that Claude wrote to its cache for an hour, as its answer, or the first chunk of it, says. A text's own quotation marks are escaped. */
export function hourIn(text: string): number {
  const [, tokens] = /"ephemeral_1h_input_tokens"\s*:\s*(\d{1,9})\b/.exec(text) ?? []
  return tokens === undefined ? 0 : Number(tokens)
}

const withHour = (usage: Usage | undefined, hour: number): Usage | undefined =>
  usage && hour > 0 ? { ...usage, cacheWrite1hInputTokens: hour } : usage

const SUMMED = ['cacheReadInputTokens', 'cacheWriteInputTokens', 'cacheWrite1hInputTokens'] as const

/** Of a request that took several calls, as one for each text. */
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

/** Of every answer's headers, a refusal's too: what AWS's support asks for, and the tier of InvokeModel. */
export function noteHeaders(record: LogRecord, headers: Headers): void {
  const id = headers['x-amzn-requestid']
  if (id !== undefined) record.bedrockRequestId = id
  noteTier(record, headers['x-amzn-bedrock-service-tier'])
}

/** @param tier as Converse or a header says it; the usual one is not recorded */
export function noteTier(record: LogRecord, tier: unknown): void {
  if (typeof tier === 'string' && tier !== 'default') record.serviceTier = tier
}

/** Without an ARN's account. */
export const servedModelOf = (modelId: string): string => modelId.slice(modelId.lastIndexOf('/') + 1)

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined

const field = (value: unknown, name: string): unknown =>
  isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined
