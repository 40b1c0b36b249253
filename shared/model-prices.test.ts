import { describe, expect, it } from 'vitest'
import { MODEL_PRICES, oldestDate, priceOf, pricesOf, readPriceList } from './model-prices.ts'

const row = (change: object) => ({
  sources: { here: { url: 'https://example.com' } },
  models: { 'a.model': { source: 'here', asOf: '2026-11-30', input: 1, output: 2, ...change } },
})

describe('this version’s price list', () => {
  it('says of every row where it is from and when it was looked up', () => {
    for (const [id, { source, asOf }] of Object.entries(MODEL_PRICES.models)) {
      expect(MODEL_PRICES.sources[source]?.url, id).toMatch(/^https:/)
      expect(asOf, id).toMatch(/^2026-/)
    }
  })

  it('has the models of the stack files that come with it, in their geographies', () => {
    // Both are on AWS's page as it was in July 2026: $0.33 and $2.75, $1.10 and $5.50; "global" is a tenth less.
    expect(priceOf('us.amazon.nova-2-lite-v1:0', 'us-east-1')).toMatchObject({ input: 330_000, output: 2_750_000 })
    expect(priceOf('us.anthropic.claude-haiku-4-5-20251001-v1:0', 'us-east-1')).toMatchObject({
      input: 1_100_000,
      output: 5_500_000,
      cacheRead: 110_000,
      cacheWrite: 1_375_000,
      cacheWrite1h: 2_200_000,
    })
    expect(priceOf('global.anthropic.claude-haiku-4-5-20251001-v1:0', 'eu-west-1')).toMatchObject({ input: 1_000_000 })
  })

  it('has no cache that is dearer to read than input, and no long prompt that is cheaper', () => {
    for (const [id, { input, output, cacheRead = 0, longContext }] of Object.entries(MODEL_PRICES.models)) {
      expect(cacheRead, id).toBeLessThanOrEqual(input)
      expect(longContext?.input ?? input, id).toBeGreaterThanOrEqual(input)
      expect(longContext?.output ?? output, id).toBeGreaterThanOrEqual(output)
    }
  })
})

describe('the price of a model', () => {
  it('is found by a profile’s ARN too, and not for an application’s own profile or another region', () => {
    const arn = 'arn:aws:bedrock:us-east-1:222222222222:inference-profile/us.amazon.nova-2-lite-v1:0'
    expect(priceOf(arn, 'us-east-1')?.input).toBe(330_000)
    expect(priceOf('arn:aws:bedrock:us-east-1:1:application-inference-profile/abc', 'us-east-1')).toBeUndefined()
    expect(priceOf('amazon.nova-lite-v1:0', 'us-east-1')?.input).toBe(60_000)
    expect(priceOf('amazon.nova-lite-v1:0', 'eu-west-1')).toBeUndefined()
    expect(priceOf('constructor', 'us-east-1')).toBeUndefined()
  })

  it('is written for a tenant’s models, without those that have none', () => {
    const of = pricesOf(['us.amazon.nova-2-lite-v1:0', 'mine.unknown-v1'], 'us-east-1')
    expect(of).toEqual({
      prices: { 'us.amazon.nova-2-lite-v1:0': { input: 330_000, output: 2_750_000, cacheRead: 82_500 } },
      pricesAsOf: '2026-08-01',
    })
    expect(pricesOf(['mine.unknown-v1'], 'us-east-1')).toEqual({})
    expect(oldestDate([{ asOf: '2026-08-01' }, { asOf: '2026-07-24' }])).toBe('2026-07-24')
  })
})

describe('a price list of somebody’s own', () => {
  it.each([
    ['an unknown source', { source: 'there' }, /names the source "there"/],
    ['no date', { asOf: 'today' }, /has asOf "today"/],
    ['a part of a micro-dollar', { input: 0.33 }, /has input 0.33; allowed: whole micro-dollars/],
    ['a price that nobody knows', { cached: 1 }, /has "cached"; allowed: input/],
    ['no output', { output: undefined }, /has no "output"/],
    ['a tier without input', { tiers: { flex: { output: 1 } } }, /"a.model: flex" has no "input"/],
    ['a threshold without a number', { longContext: { input: 1, output: 1 } }, /without "above"/],
  ])('with %s is refused', (_what, change, message) => expect(() => readPriceList(row(change))).toThrow(message))

  it('is taken when it is whole', () => expect(readPriceList(row({})).models['a.model']?.input).toBe(1))
  it('is an object', () => expect(() => readPriceList([])).toThrow(/is a JSON object/))
})
