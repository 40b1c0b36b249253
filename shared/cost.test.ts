import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf, type ModelPrice, mostCostOf } from './cost.ts'

/** $3 and $15 per million, 10% for reads, 125% and 200% for writes; twice as much above 200,000. */
const PRICE: ModelPrice = {
  input: 3_000_000,
  output: 15_000_000,
  cacheRead: 300_000,
  cacheWrite: 3_750_000,
  cacheWrite1h: 6_000_000,
  longContext: {
    above: 200_000,
    input: 6_000_000,
    output: 22_500_000,
    cacheRead: 600_000,
    cacheWrite: 7_500_000,
    cacheWrite1h: 12_000_000,
  },
  tiers: { flex: { input: 1_500_000, output: 7_500_000 } },
}

describe('what a request costs', () => {
  it.each([
    ['nothing', { inputTokens: 0, outputTokens: 0 }, 0],
    ['input and output', { inputTokens: 1_000, outputTokens: 100 }, 4_500_000],
    [
      'reads of the cache, which are not in the input',
      { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 10 },
      3_000,
    ],
    ['writes for five minutes', { inputTokens: 0, outputTokens: 0, cacheWriteInputTokens: 10 }, 37_500],
    [
      'writes of which four are for an hour',
      { inputTokens: 0, outputTokens: 0, cacheWriteInputTokens: 10, cacheWrite1hInputTokens: 4 },
      6 * 3_750 + 4 * 6_000,
    ],
    ['a prompt at the threshold', { inputTokens: 200_000, outputTokens: 0 }, 600_000_000],
    [
      'a prompt above it by its cache: all of it by the long prices',
      { inputTokens: 1, outputTokens: 1, cacheReadInputTokens: 200_000 },
      6_000 + 22_500 + 200_000 * 600,
    ],
  ])('%s', (_what, usage, nanoDollars) => expect(costOf(usage, PRICE)).toBe(nanoDollars))

  it('is rounded up once a request', () => {
    const odd = { input: 35_000, output: 140_001 }
    expect(costOf({ inputTokens: 1, outputTokens: 1 }, odd)).toBe(176)
    expect(costOf({ inputTokens: 3, outputTokens: 0 }, odd)).toBe(105)
  })

  it('is another in another service tier, and unknown in one without a price', () => {
    expect(costOf({ inputTokens: 2, outputTokens: 0 }, PRICE, 'flex')).toBe(3_000)
    expect(costOf({ inputTokens: 2, outputTokens: 0 }, PRICE, 'default')).toBe(6_000)
    expect(costOf({ inputTokens: 2, outputTokens: 0 }, PRICE, 'priority')).toBeUndefined()
    expect(costOf({ inputTokens: 2, outputTokens: 0 }, PRICE, 'constructor')).toBeUndefined()
  })

  it('is unknown, never too little, where a price is missing', () => {
    expect(costOf({ inputTokens: 2, outputTokens: 0, cacheReadInputTokens: 1 }, PRICE, 'flex')).toBeUndefined()
    expect(mostCostOf(1, 1, PRICE, 'priority')).toBeUndefined()
  })
})

describe('what a request may cost at most', () => {
  it('takes input as written to the cache unless the request has no cache point', () => {
    expect(mostCostOf(1_000, 100, PRICE)).toBe(6_000_000 + 1_500_000)
    expect(mostCostOf(1_000, 100, PRICE, 'default', false)).toBe(3_000_000 + 1_500_000)
  })

  it('is never less than what as many tokens or fewer turn out to cost', () => {
    const tokens = fc.integer({ min: 0, max: 400_000 })
    const price = fc.integer({ min: 0, max: 100_000_000 })
    const prices = fc.record({
      input: price,
      output: price,
      cacheRead: fc.constant(0),
      cacheWrite: price,
      cacheWrite1h: price,
    })
    const model = fc.tuple(prices, prices, tokens).map(([usual, long, above]) => ({
      ...usual,
      longContext: { ...long, above },
    }))
    fc.assert(
      fc.property(model, tokens, tokens, tokens, tokens, fc.nat(200_000), (one, plain, read, written, hour, output) => {
        const usage = {
          inputTokens: plain,
          outputTokens: output,
          cacheReadInputTokens: read,
          cacheWriteInputTokens: written,
          cacheWrite1hInputTokens: Math.min(hour, written),
        }
        const cost = costOf(usage, one)
        expect(cost).toBeLessThanOrEqual(mostCostOf(plain + read + written, output, one) ?? -1)
        expect(Number.isSafeInteger(cost)).toBe(true)
      }),
    )
  })
})
