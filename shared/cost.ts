/**
 * Computes what a request's tokens cost, in whole numbers. Prices are micro-dollars per million tokens ($3.00 is 3,000,000), which equals
 * pico-dollars per token. A cost is in nano-dollars, rounded up once for each request. Both stay far below 2^53: a million tokens at $1,000 per
 * million are 1e15 pico-dollars. If a price is needed and is not in the list, the cost is `undefined`, never zero.
 */
import type { Usage } from './audit-line.ts'
import { isMap } from './is-map.ts'

/** Micro-dollars per million tokens. A price that is absent is not known, or the model has no such tokens. */
export interface TokenPrices {
  readonly input: number
  /** 0 for models that answer without tokens, such as embedding models. */
  readonly output: number
  readonly cacheRead?: number
  /** For tokens that are kept in the cache for five minutes. */
  readonly cacheWrite?: number
  /** For tokens that are kept in the cache for an hour. */
  readonly cacheWrite1h?: number
}

export interface LongContextPrices extends TokenPrices {
  /** If a prompt has more tokens than this, including the cache's, all of it is charged by these prices. */
  readonly above: number
}

export interface TierPrices extends TokenPrices {
  readonly longContext?: LongContextPrices
}

/** A model's prices at Bedrock's service tier `default`, and at every other tier whose prices are known, by its name. */
export interface ModelPrice extends TierPrices {
  readonly tiers?: Readonly<Record<string, TierPrices>>
}

/** The tokens of a request: {@link Usage} without the sum. */
export type Tokens = Omit<Usage, 'totalTokens'>

/** Bedrock's service tier for a request that names none. */
export const DEFAULT_TIER = 'default'

const PICO_PER_NANO = 1_000

/**
 * The cost of a request with these tokens, in nano-dollars.
 * @param tier the service tier that served it, by Bedrock's name
 * @returns undefined if one of the needed prices is not known
 */
export function costOf(usage: Tokens, price: ModelPrice, tier: string = DEFAULT_TIER): number | undefined {
  const { inputTokens, outputTokens, cacheReadInputTokens: read = 0, cacheWriteInputTokens: written = 0 } = usage
  const hour = Math.min(usage.cacheWrite1hInputTokens ?? 0, written)
  const prices = pricesFor(inputTokens + read + written, price, tier)
  if (!prices) return undefined
  const parts: readonly (readonly [tokens: number, price: number | undefined])[] = [
    [inputTokens, prices.input],
    [outputTokens, prices.output],
    [read, prices.cacheRead],
    [written - hour, prices.cacheWrite],
    [hour, prices.cacheWrite1h],
  ]
  let pico = 0
  for (const [tokens, each] of parts) {
    if (tokens === 0) continue
    if (each === undefined) return undefined
    pico += tokens * each
  }
  return Math.ceil(pico / PICO_PER_NANO)
}

/**
 * The most that a request can cost, in nano-dollars: all of its input at the highest price that input can have, and an answer of full length. It
 * is never less than {@link costOf} of the same or fewer tokens.
 * @param caches false for a request without cache points, whose input cannot be charged as a write to the cache
 * @returns undefined if the tier's prices are not known
 */
export function mostCostOf(
  inputTokens: number,
  maxTokens: number,
  price: ModelPrice,
  tier: string = DEFAULT_TIER,
  caches = true,
): number | undefined {
  const tierPrices = tierOf(price, tier)
  if (!tierPrices) return undefined
  // The prices below the threshold count too, because a list may have higher prices there.
  const all = [tierPrices, ...(isLong(inputTokens, tierPrices.longContext) ? [tierPrices.longContext] : [])]
  const each = all.map(({ input, output, cacheWrite = 0, cacheWrite1h = 0 }) => {
    const dearest = caches ? Math.max(input, cacheWrite, cacheWrite1h) : input
    return inputTokens * dearest + maxTokens * output
  })
  return Math.ceil(Math.max(...each) / PICO_PER_NANO)
}

function pricesFor(prompt: number, price: ModelPrice, tier: string): TokenPrices | undefined {
  const tierPrices = tierOf(price, tier)
  return tierPrices && isLong(prompt, tierPrices.longContext) ? tierPrices.longContext : tierPrices
}

const isLong = (prompt: number, longContext: LongContextPrices | undefined): longContext is LongContextPrices =>
  longContext !== undefined && prompt > longContext.above

function tierOf(price: ModelPrice, tier: string): TierPrices | undefined {
  if (tier === DEFAULT_TIER) return price
  return price.tiers && Object.hasOwn(price.tiers, tier) ? price.tiers[tier] : undefined
}

const TOKENS = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h'] as const satisfies (keyof TokenPrices)[]

/**
 * @param raw parsed JSON
 * @param id the model's id, for the message
 * @throws Error that names the field that is wrong
 */
export function readModelPrice(raw: unknown, id: string): ModelPrice {
  if (!isMap(raw)) throw wrong(id, 'is not an object')
  const { tiers, ...price } = raw
  requireTier(id, price)
  if (tiers !== undefined && !isMap(tiers)) throw wrong(id, 'has tiers that are no object')
  for (const [tier, prices] of Object.entries(tiers ?? {})) {
    if (!isMap(prices)) throw wrong(`${id}: ${tier}`, 'is not an object')
    requireTier(`${id}: ${tier}`, prices)
  }
  return raw as unknown as ModelPrice
}

function requireTier(where: string, { longContext, ...price }: Readonly<Record<string, unknown>>): void {
  requireTokens(where, price)
  if (longContext === undefined) return
  if (!isMap(longContext) || !isWhole(longContext.above)) throw wrong(where, 'has a longContext without "above"')
  const { above: _, ...long } = longContext
  requireTokens(`${where}: longContext`, long)
}

function requireTokens(where: string, prices: Readonly<Record<string, unknown>>): void {
  for (const name of ['input', 'output']) if (prices[name] === undefined) throw wrong(where, `has no "${name}"`)
  for (const [name, price] of Object.entries(prices)) {
    if (!TOKENS.some((known) => known === name))
      throw wrong(where, `has "${name}"; allowed: ${[...TOKENS, 'longContext', 'tiers'].join(', ')}`)
    if (!isWhole(price))
      throw wrong(where, `has ${name} ${JSON.stringify(price)}; allowed: whole micro-dollars per million tokens`)
  }
}

const isWhole = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0

const wrong = (where: string, what: string) => new Error(`The price of "${where}" ${what}.`)
