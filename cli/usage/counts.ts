/** The four kinds of tokens for which Bedrock has metrics. */
import type { Tokens } from '../../shared/cost.ts'
import type { TrailRecord } from '../audit/trail.ts'

/** Counts by the names of the metrics. */
export const KINDS = {
  inputTokens: 'InputTokenCount',
  outputTokens: 'OutputTokenCount',
  cacheReadInputTokens: 'CacheReadInputTokenCount',
  cacheWriteInputTokens: 'CacheWriteInputTokenCount',
} as const satisfies Partial<Record<keyof Tokens, string>>

export type Kind = keyof typeof KINDS
export type Counts = Readonly<Record<Kind, number>>

export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[]
export const NOTHING: Counts = { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 }

export const countsBy = (value: (kind: Kind) => number): Counts =>
  Object.fromEntries(KIND_NAMES.map((kind) => [kind, value(kind)])) as unknown as Counts

export const countsOf = (record: TrailRecord): Counts => countsBy((kind) => record[kind] ?? 0)
export const plus = (one: Counts, other: Counts): Counts => countsBy((kind) => one[kind] + other[kind])
export const minus = (one: Counts, other: Counts): Counts => countsBy((kind) => one[kind] - other[kind])
/** The sum of the counts; for differences, positive and negative ones both add to it. */
export const sizeOf = (counts: Counts): number => KIND_NAMES.reduce((sum, kind) => sum + Math.abs(counts[kind]), 0)
