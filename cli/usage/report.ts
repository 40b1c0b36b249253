/** Sums up use and costs from the records of the trail. A request counts once, however many records it has. */
import { costOf, DEFAULT_TIER, type Tokens } from '../../shared/cost.ts'
import { oldestDate, type PriceList, priceOf } from '../../shared/model-prices.ts'
import type { TrailRecord } from '../audit/trail.ts'

export const KEYS = ['tenant', 'user', 'model', 'day'] as const
export type Key = (typeof KEYS)[number]

export interface Sum {
  /** Requests that called a model. Refused requests are in `refused`; lists of models are not counted. */
  readonly requests: number
  readonly refused: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadInputTokens: number
  /** Writes to the five-minute cache and to the one-hour cache. */
  readonly cacheWriteInputTokens: number
  readonly cacheWrite1hInputTokens: number
  readonly nanoDollars: number
  /** Part of `requests`: charged with what was reserved, because Bedrock did not report the usage. */
  readonly estimated: number
  /** Part of `requests`: a model worked, but a price that is needed is not known. Their cost is not in `nanoDollars`. */
  readonly unpriced: number
  /** Streams that began and have no recorded end because the process was killed: their cost is not known. */
  readonly unended: number
}

export interface UsageRow extends Sum {
  /** In the requested order. */
  readonly key: Readonly<Partial<Record<Key, string>>>
}

export interface UsageReport {
  readonly by: readonly Key[]
  readonly rows: readonly UsageRow[]
  readonly total: Sum
  /** The date on which the oldest of the prices used was looked up. */
  readonly oldestPrices?: string
  /** Records that something other than the gateway printed; no sum includes them. */
  readonly foreign: number
}

export interface UsageOptions {
  readonly by: readonly Key[]
  /** Uses these prices, whatever cost the records have. */
  readonly prices?: { readonly list: PriceList; readonly region: string }
}

const ZERO: Sum = {
  requests: 0,
  refused: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
  cacheWrite1hInputTokens: 0,
  nanoDollars: 0,
  estimated: 0,
  unpriced: 0,
  unended: 0,
}

export function usageReport(records: readonly TrailRecord[], { by, prices }: UsageOptions): UsageReport {
  const own = records.filter(({ claimed }) => claimed === undefined)
  const ended = new Set(own.filter(({ phase }) => phase === 'end').map(idOf))
  const rows = new Map<string, UsageRow>()
  const dates: { readonly asOf: string }[] = []
  let total = ZERO
  for (const record of own) {
    if (record.phase === 'admission' && ended.has(idOf(record))) continue
    const counted = countOf(record, prices)
    if (!counted) continue
    if (counted.asOf !== undefined) dates.push({ asOf: counted.asOf })
    const key = Object.fromEntries(by.map((name) => [name, keyOf(record, name)]))
    const id = JSON.stringify(key)
    rows.set(id, { key, ...plus(rows.get(id) ?? ZERO, counted.sum) })
    total = plus(total, counted.sum)
  }
  const oldestPrices = oldestDate(dates)
  return {
    by,
    rows: [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    total,
    ...(oldestPrices !== undefined && { oldestPrices }),
    foreign: records.length - own.length,
  }
}

/** The part of all prompt tokens that was read from the cache; undefined if there was no prompt. */
export function cachedShare(sum: Sum): number | undefined {
  const prompts = sum.inputTokens + sum.cacheReadInputTokens + sum.cacheWriteInputTokens
  return prompts === 0 ? undefined : sum.cacheReadInputTokens / prompts
}

export const tokensOf = (record: TrailRecord): Tokens => ({
  inputTokens: record.inputTokens ?? 0,
  outputTokens: record.outputTokens ?? 0,
  cacheReadInputTokens: record.cacheReadInputTokens ?? 0,
  cacheWriteInputTokens: record.cacheWriteInputTokens ?? 0,
  cacheWrite1hInputTokens: record.cacheWrite1hInputTokens ?? 0,
})

/** Whether a model was asked: every such record names the model, and no other record does. */
export const isOfModel = ({ servedModel }: TrailRecord): boolean => servedModel !== undefined

interface Counted {
  readonly sum: Sum
  readonly asOf?: string
}

function countOf(record: TrailRecord, prices: UsageOptions['prices']): Counted | undefined {
  if (record.decision === 'refused') return { sum: { ...ZERO, refused: 1 } }
  if (!isOfModel(record)) return undefined
  if (record.phase === 'admission') return { sum: { ...ZERO, requests: 1, unended: 1 } }
  const tokens = { ...ZERO, ...tokensOf(record), requests: 1 }
  const estimated = record.usageIs === 'estimated' ? 1 : 0
  const { nanoDollars, asOf } = costOfRecord(record, prices)
  const worked = record.usageIs !== 'none' && (estimated === 1 || record.inputTokens !== undefined)
  return {
    sum: { ...tokens, estimated, nanoDollars: nanoDollars ?? 0, unpriced: worked && nanoDollars === undefined ? 1 : 0 },
    ...(nanoDollars !== undefined && asOf !== undefined && { asOf }),
  }
}

function costOfRecord(
  record: TrailRecord,
  prices: UsageOptions['prices'],
): { readonly nanoDollars?: number | undefined; readonly asOf?: string | undefined } {
  if (!prices) return { nanoDollars: record.nanoDollars, asOf: record.priceList }
  if (record.inputTokens === undefined) return {}
  const row = priceOf(record.servedModel ?? '', prices.region, prices.list)
  const cost = row && costOf(tokensOf(record), row, record.serviceTier ?? DEFAULT_TIER)
  return cost === undefined ? {} : { nanoDollars: cost, asOf: row?.asOf }
}

function plus(one: Sum, other: Sum): Sum {
  const names = Object.keys(ZERO) as (keyof Sum)[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Sum
}

const idOf = ({ tenant, requestId }: TrailRecord) => `${tenant} ${requestId}`

/** `-` if the record does not say it, because the caller or the model was not known yet. */
function keyOf(record: TrailRecord, key: Key): string {
  switch (key) {
    case 'tenant':
      return record.tenant
    case 'user':
      return record.machine === undefined ? (record.user ?? '-') : `${record.machine}/${record.user ?? '-'}`
    case 'model':
      return record.model ?? '-'
    case 'day':
      return record.time.slice(0, 10)
  }
}
