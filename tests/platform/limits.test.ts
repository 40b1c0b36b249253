/** A tenant with limits, from the setting to the answer. What takes longer is in tests/faults/limits.test.ts and tests/scale/limits-add-up.test.ts. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mixedAddsUp, TOO_MANY } from '../limits/mixed.ts'
import {
  ask,
  askMany,
  budgetFor,
  COST,
  countingModels,
  held,
  readCounters,
  recorded,
  WITH_ADMINISTRATOR,
  withLimits,
} from '../limits/served.ts'
import { type Platform, startPlatform } from './platform.ts'

const models = countingModels()
let platform: Platform
let counters: ReturnType<typeof readCounters>
beforeAll(async () => {
  platform = await startPlatform({
    stacks: ['hub', 'spoke-tenant1'],
    settings: {
      'spoke-tenant1': {
        ...withLimits({
          budget: { dollarsPerMonth: budgetFor(11) },
          dark: { requestsPerMinute: 100 },
          mixed: { dollarsPerMonth: 100, tokensPerMinute: TOO_MANY - 1 },
        }),
        // As many functions as there are requests at a time.
        tier: 'medium',
      },
    },
    models: models.backend,
    organization: WITH_ADMINISTRATOR,
  })
  counters = readCounters(platform)
}, 120_000)
afterAll(async () => {
  counters?.close()
  await platform?.close()
})

it('a budget for 11 requests is 11 requests, and the counter is the sum of the records', async () => {
  const before = models.asked
  expect(await askMany(15, 1, () => ask(platform, 'tenant1', 'budget'))).toEqual({ 200: 11, budget_exhausted: 4 })
  expect(models.asked - before).toBe(11)
  const item = await counters.item('tenant1', 'model', 'budget')
  expect(item).toMatchObject({ spent: 11 * COST, dayTokens: 11 * 30, lost: 0 })
  expect(held(item)).toEqual([0, 0])
  const { records, nanoDollars } = await recorded(platform, 'tenant1', 'budget')
  expect(nanoDollars).toBe(item.spent)
  expect(records.filter(({ check }) => check === 'limit')).toHaveLength(4)
})

it('without the table nobody is let through where something is counted, and the model is not asked', async () => {
  const before = models.asked
  const fault = { kind: 'error', code: 'InternalServerError', status: 500 } as const
  const where = { service: 'dynamodb', operation: 'UpdateItem', functionName: 'genai-gateway-tenant1' }
  await platform.cloud.faults.during([{ where, fault }], async () => {
    expect(await ask(platform, 'tenant1', 'dark')).toBe('limits_unavailable')
    expect(await ask(platform, 'tenant1', 'nova-2-lite')).toBe('200')
  })
  expect(models.asked - before).toBe(1)
  expect(await ask(platform, 'tenant1', 'dark')).toBe('200')
})

it('mixed requests, some of them killed: the counter is the sum of the records', async () => {
  await mixedAddsUp({
    platform,
    models,
    counters,
    tenant: 'tenant1',
    account: '222222222222',
    compute: 'Lambda',
    model: 'mixed',
    scopes: [['model', 'mixed']],
    many: 56,
  })
})
