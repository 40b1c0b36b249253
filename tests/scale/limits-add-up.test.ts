/** A thousand mixed requests against limits, through the load balancer, on Lambda processes and on Fargate tasks. */
import { afterAll, beforeAll, it } from 'vitest'
import { localImages } from '../../cli/local/gateway-image.ts'
import type { Limits } from '../../shared/limits.ts'
import { mixedAddsUp, TOO_MANY } from '../limits/mixed.ts'
import { countingModels, NOVA, onBothComputes, readCounters, WITH_ADMINISTRATOR } from '../limits/served.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'

const models = countingModels()
/** What is above the caller's limit has been reserved of the tenant's and the model's, and is given back. */
const LIMITS: Limits = {
  tenant: { dollarsPerMonth: 1_000, tokensPerDay: 100_000_000 },
  user: { tokensPerMinute: TOO_MANY - 1 },
  models: { 'nova-2-lite': { dollarsPerMonth: 1_000, requestsPerMinute: 30_000 } },
}
const LIMITED = { models: { 'nova-2-lite': NOVA }, defaultModel: 'nova-2-lite', limits: LIMITS }
let platform: Platform
let counters: ReturnType<typeof readCounters>
beforeAll(async () => {
  platform = await startPlatform({
    settings: onBothComputes(LIMITED),
    images: await localImages(),
    organization: WITH_ADMINISTRATOR,
    models: models.backend,
    // Otherwise no client of a task leaves in the middle.
    targetSeesClientLeave: true,
  })
  counters = readCounters(platform)
})
afterAll(async () => {
  counters?.close()
  await platform?.close()
})

it.each([
  ['Lambda', 'tenant1', '222222222222'],
  ['Fargate', 'tenant2', '333333333333'],
] as const)('on %s the counters are the sum of the records', async (compute, tenant, account) => {
  const model = 'nova-2-lite'
  const scopes = [['tenant'], ['model', model]] as const
  await mixedAddsUp({ platform, models, counters, tenant, account, compute, model, scopes, many: 1_000 })
})
