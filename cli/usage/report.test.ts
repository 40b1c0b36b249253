import { describe, expect, it } from 'vitest'
import type { TrailRecord } from '../audit/trail.ts'
import { dollars, usageCsv, usageTable } from './print.ts'
import { cachedShare, usageReport } from './report.ts'

let events = 0
const record = (change: Partial<TrailRecord> = {}): TrailRecord => ({
  time: '2026-11-30T23:59:59.000Z',
  tenant: 'tenant1',
  user: 'ann',
  requestId: `r-${++events}`,
  event: `${events}`,
  decision: 'allowed',
  model: 'nova',
  servedModel: 'us.amazon.nova-2-lite-v1:0',
  usageIs: 'measured',
  inputTokens: 10,
  outputTokens: 5,
  nanoDollars: 17_050,
  priceList: '2026-08-01',
  ...change,
})
const of = (records: readonly TrailRecord[], ...by: Parameters<typeof usageReport>[1]['by']) =>
  usageReport(records, { by })

describe('a report of usage', () => {
  it('sums up by tenant, user, model and day, each for itself or together', () => {
    const records = [
      record(),
      record({ user: 'ben', model: 'haiku', nanoDollars: 1, priceList: '2026-07-24' }),
      record({ tenant: 'tenant2', time: '2026-12-01T00:00:00.000Z', machine: 'ci' }),
    ]
    const keys = (...by: Parameters<typeof of>[1][]) =>
      of(records, ...by).rows.map(({ key }) => Object.values(key).join(' '))
    expect(keys('tenant')).toEqual(['tenant1', 'tenant2'])
    expect(keys('user')).toEqual(['ann', 'ben', 'ci/ann'])
    expect(keys('day', 'model')).toEqual(['2026-11-30 haiku', '2026-11-30 nova', '2026-12-01 nova'])
    const report = of(records, 'tenant')
    expect(report.rows[0]).toMatchObject({ requests: 2, inputTokens: 20, outputTokens: 10, nanoDollars: 17_051 })
    expect(report.total).toMatchObject({ requests: 3, nanoDollars: 34_101 })
    expect(report.oldestPrices).toBe('2026-07-24')
  })

  it('counts a stream once, and one that has no end as what is not known', () => {
    const admission = record({ phase: 'admission', requestId: 's-1' })
    const { nanoDollars: _, inputTokens: _i, outputTokens: _o, usageIs: _u, ...begun } = admission
    const ended = record({ phase: 'end', requestId: 's-1' })
    expect(of([begun, ended], 'tenant').total).toMatchObject({ requests: 1, nanoDollars: 17_050, unended: 0 })
    expect(of([begun], 'tenant').total).toMatchObject({ requests: 1, nanoDollars: 0, unended: 1, unpriced: 0 })
  })

  it('tells refusals, estimates and what has no price apart, and takes nothing of what the gateway did not print', () => {
    const { nanoDollars: _, ...unpriced } = record()
    const { servedModel: _m, ...list } = record({ model: 'nova' })
    const report = of(
      [
        record({ decision: 'refused', check: 'model' }),
        record({ usageIs: 'estimated', nanoDollars: 9 }),
        unpriced,
        list,
        record({ claimed: '?', nanoDollars: 1_000_000 }),
      ],
      'tenant',
    )
    expect(report.total).toMatchObject({ requests: 2, refused: 1, estimated: 1, unpriced: 1, nanoDollars: 9 })
    expect(report.foreign).toBe(1)
    const text = usageTable(report, '2026-11-01')
    expect(text).toMatch(/\+\?/)
    expect(text).toMatch(/1 requests were served whose price is not known/)
    expect(text).toMatch(/oldest was looked up on 2026-08-01/)
  })

  it('counts anew by a price list of somebody’s own, whatever was recorded', () => {
    const prices = {
      region: 'us-east-1',
      list: {
        sources: { mine: { url: 'https://example.com' } },
        models: {
          'us.amazon.nova-2-lite-v1:0': { source: 'mine', asOf: '2026-01-02', input: 1_000_000, output: 2_000_000 },
        },
      },
    }
    const other = record({ servedModel: 'us.other' })
    const report = usageReport([record(), other, record({ serviceTier: 'flex' })], { by: ['tenant'], prices })
    expect(report).toMatchObject({ total: { nanoDollars: 20_000, unpriced: 2 }, oldestPrices: '2026-01-02' })
  })

  it('shows the share of prompts that came from the cache', () => {
    const { total } = of([record({ inputTokens: 10, cacheReadInputTokens: 60, cacheWriteInputTokens: 30 })], 'tenant')
    expect(cachedShare(total)).toBe(0.6)
    expect(cachedShare(of([], 'tenant').total)).toBeUndefined()
  })

  it('is CSV with dollars to the nano-dollar', () => {
    expect(dollars(1_234_567_890_123)).toBe('1234.567890123')
    expect(dollars(9)).toBe('0.000000009')
    const [header, line] = usageCsv(of([record({ user: '-x,"y"' })], 'user')).split('\r\n')
    expect(header).toBe(
      'user,requests,refused,inputTokens,outputTokens,cacheReadInputTokens,cacheWriteInputTokens,cacheWrite1hInputTokens,estimated,unpriced,unended,dollars,oldestPrices',
    )
    expect(line).toBe(`"'-x,""y""",1,0,10,5,0,0,0,0,0,0,0.000017050,2026-08-01`)
  })
})
