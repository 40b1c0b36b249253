/**
 * A thousand requests of every kind, on Lambda processes and Fargate tasks: the records are what Bedrock counted, and what they
 * cannot know, of clients that left, is told and bounded.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import { sizeOf } from '../../cli/usage/counts.ts'
import { reconciledText } from '../../cli/usage/reconcile-print.ts'
import { usageReport } from '../../cli/usage/report.ts'
import { MODEL_PRICES } from '../../shared/model-prices.ts'
import { trailOf } from '../audit/read.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { reconciled } from '../usage/adds-up.ts'
import { mixed } from '../usage/mixed.ts'

const MODELS = {
  models: {
    'nova-2-lite': 'us.amazon.nova-2-lite-v1:0',
    'claude-haiku-4.5': 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    embed: 'amazon.titan-embed-text-v2:0',
  },
  defaultModel: 'nova-2-lite',
  modelInvocationLogging: true,
}

let platform: Platform
/** Tenant 1 on Lambda, tenant 2 on Fargate. */
beforeAll(async () => {
  platform = await startPlatform({
    settings: {
      hub: { ...LOCAL_FARGATE, wafRateLimit: 2_000_000_000 },
      'spoke-tenant1': { ...MODELS, tier: 'medium' },
      'spoke-tenant2': { ...MODELS, compute: 'fargate' },
    },
    images: await localImages(),
    // Otherwise a task answers on, and knows all that was used.
    targetSeesClientLeave: true,
  })
})
afterAll(() => platform?.close())

it('a thousand mixed requests add up, on both', async () => {
  const { served, refused, left } = await mixed(platform, ['tenant1', 'tenant2'], 1_000, 6)
  expect(served + refused + left).toBe(1_000)
  // A task notices that a client left when it writes to it.
  await expect
    .poll(async () => usageReport(await trailOf(platform), { by: [] }).total)
    .toMatchObject({ requests: served + left, refused, unended: 0 })
  const records = await trailOf(platform)
  const report = usageReport(records, { by: ['tenant'] })
  const [tenant1, tenant2] = report.rows
  expect(tenant1).toMatchObject({ key: { tenant: 'tenant1' }, estimated: 0 })
  expect(tenant2?.estimated).toBeGreaterThan(0)
  expect(tenant2?.estimated).toBeLessThanOrEqual(left)
  const found = await reconciled(platform, records)
  expect(reconciledText(found)).toMatch(/\nIt adds up\.\n/)
  const differing = found.rows.filter(({ difference }) => sizeOf(difference) > 0)
  expect(differing.every(({ tenants }) => tenants.includes('tenant2'))).toBe(true)
  expect(differing.every(({ reasons }) => reasons.some((reason) => reason.includes('charged by')))).toBe(true)
  // What was counted request by request is what the tokens cost by the same list; estimates are in one of the two only.
  const measured = records.filter(({ usageIs }) => usageIs === 'measured')
  const again = usageReport(measured, { by: [], prices: { list: MODEL_PRICES, region: 'us-east-1' } })
  const once = usageReport(measured, { by: [] })
  // The prices of writes to Nova's cache are on no list, so that such requests have no cost in either.
  expect(again.total).toMatchObject({ nanoDollars: once.total.nanoDollars, unpriced: once.total.unpriced })
})
