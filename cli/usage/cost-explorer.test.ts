import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { TrailRecord } from '../audit/trail.ts'
import { billedDays, wholeDays } from './cost-explorer.ts'

const at = (text: string) => Date.parse(text)

interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Cost Explorer, answering one page after the other. */
function explorer(...pages: readonly [status: number, body: unknown][]) {
  const sent: Sent[] = []
  const handle = async (request: Sent) => {
    const [statusCode, body] = pages[sent.length] ?? [500, {}]
    sent.push(request)
    return { response: { statusCode, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(body))]) } }
  }
  const credentials = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' })
  return { sent, clients: { sts: { config: { credentials, requestHandler: { handle } } } } as never }
}

const day = (Start: string, ...costs: readonly (readonly [service: string, amount: string])[]) => ({
  TimePeriod: { Start },
  Groups: costs.map(([service, Amount]) => ({ Keys: [service], Metrics: { UnblendedCost: { Amount, Unit: 'USD' } } })),
})

const record = (time: string, nanoDollars: number | undefined): TrailRecord =>
  ({
    event: time,
    time,
    tenant: 'tenant1',
    decision: 'allowed',
    servedModel: 'm',
    model: 'm',
    inputTokens: 1,
    outputTokens: 1,
    usageIs: 'measured',
    ...(nanoDollars !== undefined && { nanoDollars, priceList: '2026-11-01' }),
  }) as TrailRecord

describe('the bill', () => {
  it('has whole days only', () => {
    expect(wholeDays({ from: at('2026-12-01T01:00Z'), to: at('2026-12-02T23:00Z') })).toEqual([])
    expect(wholeDays({ from: at('2026-11-29T23:00Z'), to: at('2026-12-02T01:00Z') })).toEqual([
      '2026-11-30',
      '2026-12-01',
    ])
    expect(wholeDays({ from: at('2026-12-01T00:00Z'), to: at('2026-12-02T00:00Z') })).toEqual(['2026-12-01'])
  })

  it('is what Bedrock and the models that are sold through it cost, over all pages, beside what the trail says', async () => {
    const { clients, sent } = explorer(
      [
        200,
        {
          NextPageToken: 'more',
          ResultsByTime: [day('2026-11-30', ['Amazon Bedrock', '0.25'], ['Amazon Virtual Private Cloud', '3'])],
        },
      ],
      [200, { ResultsByTime: [day('2026-11-30', ['Claude Haiku 4.5 (Amazon Bedrock Edition)', '0.5'])] }],
    )
    const records = [
      record('2026-11-30T10:00:00.000Z', 700_000_000),
      record('2026-11-30T11:00:00.000Z', undefined),
      record('2026-12-02T00:00:00.000Z', 5),
    ]
    expect(await billedDays(clients, '222222222222', ['2026-11-30', '2026-12-01'], records)).toEqual([
      { account: '222222222222', day: '2026-11-30', billed: 0.75, recorded: 0.7, unpriced: 1 },
      { account: '222222222222', day: '2026-12-01', billed: 0, recorded: 0, unpriced: 0 },
    ])
    const [first, second] = sent.map(({ body }) => JSON.parse(body))
    expect(first).toMatchObject({
      TimePeriod: { Start: '2026-11-30', End: '2026-12-02' },
      Granularity: 'DAILY',
      Filter: { And: [{ Dimensions: { Key: 'LINKED_ACCOUNT', Values: ['222222222222'] } }, expect.anything()] },
    })
    expect(first).not.toHaveProperty('NextPageToken')
    expect(second.NextPageToken).toBe('more')
    expect(sent[0]?.headers.authorization).toMatch(/Credential=AKIA\/\d{8}\/us-east-1\/ce\/aws4_request/)
  })

  it('is not asked about no day, and a refusal is told in AWS’s words', async () => {
    const none = explorer()
    expect(await billedDays(none.clients, '222222222222', [], [])).toEqual([])
    expect(none.sent).toEqual([])
    const { clients } = explorer([400, { __type: 'com.amazon#AccessDeniedException', Message: 'not authorized' }])
    await expect(billedDays(clients, '222222222222', ['2026-12-01'], [])).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'not authorized',
    })
  })
})
