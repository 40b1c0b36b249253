import { describe, expect, it } from 'vitest'
import { MODEL_PRICES } from '../../shared/model-prices.ts'
import type { TrailRecord } from '../audit/trail.ts'
import { NOTHING } from './counts.ts'
import { type Counted, HOUR, reconcile } from './reconcile.ts'
import { reconciledText } from './reconcile-print.ts'

const FROM = Date.parse('2026-11-30T10:00:00Z')
const NOVA = 'us.amazon.nova-2-lite-v1:0'
const UNIT = { account: '222222222222', region: 'us-east-1', tenants: ['tenant1'], models: [NOVA] }

let ids = 0
const record = (change: Partial<TrailRecord> = {}): TrailRecord => ({
  time: '2026-11-30T10:30:00.000Z',
  tenant: 'tenant1',
  requestId: `r-${++ids}`,
  event: `${ids}`,
  decision: 'allowed',
  servedModel: NOVA,
  usageIs: 'measured',
  inputTokens: 100,
  outputTokens: 50,
  ...change,
})
const counted = (inputTokens: number, outputTokens: number, change: Partial<Counted> = {}): Counted => ({
  ...NOTHING,
  account: '222222222222',
  modelId: NOVA,
  hour: FROM,
  inputTokens,
  outputTokens,
  ...change,
})
const rows = (records: readonly TrailRecord[], counts: readonly Counted[], units = [UNIT]) =>
  reconcile(records, counts, { units, from: FROM, to: FROM + 2 * HOUR, prices: MODEL_PRICES })
const without = ({ inputTokens: _, outputTokens: _o, ...rest }: TrailRecord): TrailRecord => rest

describe('records and counts that are the same', () => {
  it('have no difference, by hour and model, whichever id Bedrock counts a profile under', () => {
    const of = rows([record(), record()], [counted(150, 60), counted(50, 40, { modelId: 'amazon.nova-2-lite-v1:0' })])
    expect(of).toMatchObject([{ requests: 2, model: NOVA, unexplained: 0, percent: 0, reasons: [] }])
  })

  it('are those of all tenants of an account together', () => {
    const unit = { ...UNIT, tenants: ['tenant1', 'tenant2'] }
    expect(rows([record(), record({ tenant: 'tenant2' })], [counted(200, 100)], [unit])).toMatchObject([
      { tenants: ['tenant1', 'tenant2'], requests: 2, unexplained: 0 },
    ])
  })

  it('of tenants that share an account are told to be compared together', () => {
    const unit = { ...UNIT, tenants: ['tenant1', 'tenant2'] }
    const text = (units: readonly (typeof UNIT)[]) =>
      reconciledText({
        from: '',
        to: '',
        threshold: 1,
        rows: rows([record()], [counted(100, 50)], [...units]),
        records: [],
        notAsked: [],
      })
    expect(text([unit])).toContain('tenant1, tenant2 share account 222222222222 and are compared together')
    expect(text([UNIT])).not.toContain('compared together')
  })

  it('are in the hour in which the request ended, and in the next one where the clocks differ', () => {
    const long = record({ time: '2026-11-30T10:58:00.000Z', totalMilliseconds: 150_000 })
    expect(rows([long], [counted(100, 50, { hour: FROM + HOUR })])).toMatchObject([{ unexplained: 0, reasons: [] }])
    const late = record({ time: '2026-11-30T10:59:59.900Z' })
    expect(rows([record(), late], [counted(100, 50), counted(100, 50, { hour: FROM + HOUR })])).toMatchObject([
      { unexplained: 0, reasons: [expect.stringMatching(/turn of the hour/)] },
      { unexplained: 0, reasons: [expect.stringMatching(/turn of the hour/)] },
    ])
  })
})

describe('a difference', () => {
  it('of calls that no record has is not explained', () => {
    expect(rows([record()], [counted(1_100, 50)])).toMatchObject([
      { difference: { inputTokens: 1_000 }, unexplained: 1_000, reasons: [expect.stringMatching(/no record has/)] },
    ])
    expect(rows([], [counted(10, 5, { modelId: 'anthropic.claude-x' })])).toMatchObject([
      {
        model: 'anthropic.claude-x',
        percent: 100,
        reasons: [expect.stringMatching(/no tenant of the account has this model/)],
      },
    ])
  })

  it('of records that say more than Bedrock counted is not explained, however much is estimated', () => {
    const estimated = without(record({ usageIs: 'estimated', nanoDollars: 1 }))
    expect(rows([record(), record(), estimated], [counted(100, 50)])).toMatchObject([
      { difference: { inputTokens: -100, outputTokens: -50 }, unexplained: 150, percent: 50 },
    ])
  })

  it('is explained by estimated requests as far as they were charged for it, and no further', () => {
    // 330,000 and 2,750,000 micro-dollars per million: 100 in and 50 out are 170,500 nano-dollars.
    const estimated = (nanoDollars: number) => without(record({ usageIs: 'estimated', nanoDollars }))
    const counts = [counted(200, 100)]
    expect(rows([record(), estimated(170_500)], counts)).toMatchObject([
      { unexplained: 0, reasons: [expect.stringMatching(/were charged by/)] },
    ])
    expect(rows([record(), estimated(170_499)], counts)).toMatchObject([{ unexplained: 150 }])
  })

  it('is explained by a stream whose process was killed', () => {
    const { usageIs: _, ...begun } = without(record({ phase: 'admission', requestId: 's' }))
    expect(rows([begun], [counted(100, 7)])).toMatchObject([
      { requests: 1, unexplained: 0, reasons: [expect.stringMatching(/no end in the trail/)] },
    ])
    const end = record({ phase: 'end', requestId: 's' })
    expect(rows([begun, end], [counted(100, 50)])).toMatchObject([{ requests: 1, unexplained: 0, reasons: [] }])
  })

  it('is not moved by records that the gateway did not print', () => {
    expect(rows([record(), record({ claimed: '?' })], [counted(100, 50)])).toMatchObject([{ unexplained: 0 }])
  })
})
