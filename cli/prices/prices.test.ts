import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MODEL_PRICES, readPriceList } from '../../shared/model-prices.ts'
import { awsPrices, readAwsPrices } from './aws-list.ts'
import { comparePrices } from './compare.ts'

/** An offer's file as AWS writes it. */
const index = (products: readonly (readonly [attributes: object, unit: string, usd: string])[]) => ({
  formatVersion: 'v1.0',
  products: Object.fromEntries(products.map(([attributes], n) => [`SKU${n}`, { sku: `SKU${n}`, attributes }])),
  terms: {
    OnDemand: Object.fromEntries(
      products.map(([, unit, usd], n) => [
        `SKU${n}`,
        { [`SKU${n}.T`]: { priceDimensions: { d: { unit, pricePerUnit: { USD: usd } } } } },
      ]),
    ),
  },
})
const HAIKU = 'Claude Haiku 4.5 (Amazon Bedrock Edition)'
const claude = (usagetype: string, usd: string) => [{ servicename: HAIKU, usagetype }, 'Units', usd] as const
const nova = (usagetype: string, usd: string, unit = '1K tokens') => [{ usagetype, model: 'Nova' }, unit, usd] as const

const MARKETPLACE = index([
  claude('USE1-MP:USE1_InputTokenCount-Units', '1.1000000000'),
  claude('USE1-MP:USE1_InputTokenCount_Global-Units', '1.0000000000'),
  claude('USE1-MP:USE1_OutputTokenCount-Units', '5.5000000000'),
  claude('USE1-MP:USE1_CacheReadInputTokenCount-Units', '0.1100000000'),
  claude('USE1-MP:USE1_CacheWriteInputTokenCount-Units', '1.3750000000'),
  claude('USE1-MP:USE1_CacheWrite1hInputTokenCount-Units', '2.2000000000'),
  claude('USE1-MP:USE1_InputTokenCount_Batch-Units', '0.5500000000'),
  claude('USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units', '9'),
])
const OWN = index([
  nova('USE1-Nova2.0Lite-input-tokens', '0.0003300000'),
  nova('USE1-Nova2.0Lite-output-tokens', '0.0027500000'),
  nova('USE1-Nova2.0Lite-input-tokens-cross-region-global', '0.0003000000'),
  nova('USE1-Nova2.0Lite-input-tokens-flex', '0.0001650000'),
  nova('USE1-Nova2.0Lite-input-tokens-batch', '0.0001650000'),
  nova('USE1-NovaCanvas-T2I-1024-Standard', '0.04', 'image'),
])

describe('AWS’s Price List', () => {
  it('is read with kinds, routes and tiers, and without what is no on-demand token', () => {
    expect(awsPrices(MARKETPLACE)).toHaveLength(6)
    expect(awsPrices(MARKETPLACE)[1]).toEqual({
      billedAs: HAIKU,
      kind: 'input',
      global: true,
      tier: 'default',
      price: 1_000_000,
    })
    expect(awsPrices(MARKETPLACE).map(({ kind }) => kind)).toEqual([
      'input',
      'input',
      'output',
      'cacheRead',
      'cacheWrite',
      'cacheWrite1h',
    ])
    expect(awsPrices(OWN)).toEqual([
      { billedAs: 'Nova2.0Lite', kind: 'input', global: false, tier: 'default', price: 330_000 },
      { billedAs: 'Nova2.0Lite', kind: 'output', global: false, tier: 'default', price: 2_750_000 },
      { billedAs: 'Nova2.0Lite', kind: 'input', global: true, tier: 'default', price: 300_000 },
      { billedAs: 'Nova2.0Lite', kind: 'input', global: false, tier: 'flex', price: 165_000 },
    ])
    const current = claude('USE1-MP:USE1_cache_read_tokens_global_standard-Units', '0.2')
    expect(awsPrices(index([current]))).toMatchObject([{ kind: 'cacheRead', global: true, price: 200_000 }])
  })

  it('that is none is refused', () => expect(() => awsPrices({ products: [] })).toThrow(/no products and terms/))
})

describe('the list against it', () => {
  const aws = [...awsPrices(MARKETPLACE), ...awsPrices(OWN)]

  it('is equal where it is, and says which prices it lacks or has otherwise', () => {
    const { equal, differences, notFound } = comparePrices(MODEL_PRICES, aws, 'us-east-1')
    expect(equal).toEqual([
      'global.amazon.nova-2-lite-v1:0',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    ])
    expect(differences).toEqual([{ id: 'us.amazon.nova-2-lite-v1:0', tier: 'flex', kind: 'input', aws: 165_000 }])
    expect(notFound).toContain('us.anthropic.claude-sonnet-4-6')
    expect(notFound).not.toContain('eu.amazon.nova-2-lite-v1:0')
  })

  it('finds a price that has changed', () => {
    const changed = readPriceList({
      sources: { here: { url: 'https://example.com' } },
      models: { 'us.amazon.nova-2-lite-v1:0': { source: 'here', asOf: '2026-01-01', input: 330_000, output: 1 } },
    })
    expect(comparePrices(changed, aws, 'us-east-1').differences).toContainEqual({
      id: 'us.amazon.nova-2-lite-v1:0',
      tier: 'default',
      kind: 'output',
      listed: 1,
      aws: 2_750_000,
    })
    expect(comparePrices(changed, aws, 'eu-west-1')).toMatchObject({ equal: [], differences: [], notFound: [] })
  })
})

describe('a server that has it', () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const found = request.url?.includes('/us-east-1/')
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(request.url?.includes('FoundationModels') ? MARKETPLACE : OWN))
  })
  let url: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
  })

  it('is asked for both offers of a region', async () => {
    expect(await readAwsPrices(url, 'us-east-1')).toHaveLength(10)
    expect(asked.sort()).toEqual([
      '/offers/v1.0/aws/AmazonBedrock/current/us-east-1/index.json',
      '/offers/v1.0/aws/AmazonBedrockFoundationModels/current/us-east-1/index.json',
    ])
  })

  it('and answers otherwise is named with the remedy', async () => {
    await expect(readAwsPrices(url, 'eu-west-1')).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be read from http.*it answered 404/),
      remedy: expect.stringMatching(/--offers URL/),
    })
  })
})
