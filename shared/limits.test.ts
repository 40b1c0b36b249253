import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countedInDollars,
  LIMIT_RANGES,
  type Limits,
  LimitsMistake,
  nanoDollarsOf,
  parseLimits,
  tightest,
} from './limits.ts'

/** @returns where the mistake is, and what it says */
function mistakeOf(value: unknown): readonly [string, string] {
  try {
    parseLimits(value)
  } catch (error) {
    if (error instanceof LimitsMistake) return [error.at, error.message]
    throw error
  }
  throw new Error('it was taken')
}

describe('limits', () => {
  it('are read as they are, figures in text too', () => {
    const limits = {
      tenant: { requestsPerMinute: 100, dollarsPerMonth: 12.5, warnAt: 70 },
      user: { concurrentRequests: 2, tokensPerDay: 1_000_000 },
      models: { 'claude-4.5': { tokensPerMinute: 20_000 } },
      onLimitsUnavailable: 'allow',
    }
    expect(parseLimits(limits)).toEqual(limits)
    expect(parseLimits({ tenant: { requestsPerMinute: '100', dollarsPerMonth: '0.000001' } })).toEqual({
      tenant: { requestsPerMinute: 100, dollarsPerMonth: 0.000_001 },
    })
    expect(parseLimits({})).toEqual({})
  })

  it.each([
    ['none', '', 'it is "none", not a map.'],
    [[], '', 'it is [], not a map.'],
    [{ tennant: {} }, '', 'limits has the unknown entry "tennant"'],
    [{ tenant: 5 }, '.tenant', 'tenant is 5, not a map.'],
    [{ tenant: { requestsPerHour: 5 } }, '.tenant', 'tenant has the unknown entry "requestsPerHour"'],
    [{ tenant: { requestsPerMinute: 0 } }, '.tenant.requestsPerMinute', 'is 0: it is from 1 to 30000.'],
    [
      { tenant: { requestsPerMinute: 30_001 } },
      '.tenant.requestsPerMinute',
      'is 30001: it is from 1 to 30000, as a counter is one item of DynamoDB, which takes about 1,000 writes a second, and a request is two.',
    ],
    [{ tenant: { requestsPerMinute: 1.5 } }, '.tenant.requestsPerMinute', 'is 1.5, not a whole number.'],
    [{ tenant: { tokensPerDay: '1e3' } }, '.tenant.tokensPerDay', 'is "1e3", not a whole number.'],
    [{ user: { dollarsPerMonth: 0.0000001 } }, '.user.dollarsPerMonth', 'at most six decimals'],
    [{ user: { dollarsPerMonth: -1 } }, '.user.dollarsPerMonth', 'is -1, not a number of dollars'],
    [{ user: { dollarsPerMonth: null } }, '.user.dollarsPerMonth', 'is null, not'],
    [{ user: { dollarsPerMonth: 0 } }, '.user.dollarsPerMonth', 'is 0: it is from 0.000001 to 1000000.'],
    [{ tenant: { concurrentRequests: 5 } }, '.tenant', 'only user may have'],
    [{ models: { fast: { concurrentRequests: 5 } } }, '.models["fast"]', 'only user may have'],
    [{ models: { fast: { tokensPerMinute: 'many' } } }, '.models["fast"].tokensPerMinute', 'is "many"'],
    [{ tenant: { dollarsPerMonth: 5, warnAt: 100 } }, '.tenant.warnAt', 'is 100: it is from 1 to 99.'],
    [{ onLimitsUnavailable: 'refuse' }, '.onLimitsUnavailable', 'is "refuse": it is allow, or it is left out.'],
  ])('refuse %j', (value, at, message) => {
    const [where, said] = mistakeOf(value)
    expect(where).toBe(at)
    expect(said).toContain(message)
  })

  it('in dollars count every model, or the one that they are of', () => {
    const names = ['fast', 'smart', 'constructor']
    expect(countedInDollars({ user: { dollarsPerMonth: 1 } }, names)).toEqual(names)
    expect(countedInDollars({ models: { fast: { dollarsPerMonth: 1 }, smart: { tokensPerDay: 1 } } }, names)).toEqual([
      'fast',
    ])
    expect(countedInDollars({ tenant: { requestsPerMinute: 1 } }, names)).toEqual([])
  })

  it('of dollars are billionths without a rounding error', () => {
    expect(nanoDollarsOf(0.000_001)).toBe(1_000)
    expect(nanoDollarsOf(1.1)).toBe(1_100_000_000)
    expect(nanoDollarsOf(LIMIT_RANGES.dollarsPerMonth.most)).toBe(1e15)
  })
})

const scope = fc.record(
  { requestsPerMinute: fc.integer({ min: 1, max: 9 }), tokensPerDay: fc.integer({ min: 1, max: 9 }) },
  { requiredKeys: [] },
)
const limits: fc.Arbitrary<Limits> = fc.record(
  {
    tenant: scope,
    user: scope,
    models: fc.dictionary(fc.constantFrom('fast', 'smart', '__proto__', 'constructor'), scope),
    onLimitsUnavailable: fc.constant('allow' as const),
  },
  { requiredKeys: [] },
)

/** Every figure by its path. */
const figures = (of: Limits | undefined): ReadonlyMap<string, number> =>
  new Map(
    Object.entries({
      tenant: of?.tenant,
      user: of?.user,
      ...Object.fromEntries(Object.entries(of?.models ?? {}).map(([name, one]) => [`models.${name}`, one])),
    }).flatMap(([name, one]) => Object.entries(one ?? {}).map(([figure, value]) => [`${name}.${figure}`, value])),
  )

describe('the tightest of two', () => {
  it('has every figure of both, and the smaller where both have it', () => {
    fc.assert(
      fc.property(fc.option(limits, { nil: undefined }), fc.option(limits, { nil: undefined }), (file, operator) => {
        const both = figures(tightest(file, operator))
        const [ofFile, ofOperator] = [figures(file), figures(operator)]
        expect(new Set(both.keys())).toEqual(new Set([...ofFile.keys(), ...ofOperator.keys()]))
        for (const [path, figure] of both)
          expect(figure).toBe(Math.min(ofFile.get(path) ?? Infinity, ofOperator.get(path) ?? Infinity))
        expect(tightest(file, operator)?.onLimitsUnavailable).toBe(
          both.size > 0 ? file?.onLimitsUnavailable : undefined,
        )
        expect(tightest(file, operator) === undefined).toBe(both.size === 0)
      }),
    )
  })
})
