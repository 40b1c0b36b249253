/** Limits through the load balancer, on Lambda and on Fargate: floods, budgets and faults. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localImages } from '../../cli/local/gateway-image.ts'
import {
  ask,
  askMany,
  budgetFor,
  COST,
  countingModels,
  held,
  onBothComputes,
  RESERVED,
  readCounters,
  WITH_ADMINISTRATOR,
  withLimits,
} from '../limits/served.ts'
import { type Fixture, gatewayOf, startFixture } from './faults-fixture.ts'

const models = countingModels()
let fixture: Fixture
let counters: ReturnType<typeof readCounters>
/**
 * Callers at a time, and a name of the model for each: on a machine that is so busy that a write takes more than three seconds, fewer
 * are tried, with a counter that nobody has used.
 */
const FLOODS = [200, 50, 10] as const
const LIMITS = withLimits(
  {
    ...Object.fromEntries(FLOODS.map((many) => [`flood-${many}`, { requestsPerMinute: 100 }])),
    budget: { dollarsPerMonth: budgetFor(111) },
    dark: { dollarsPerMonth: 100 },
  },
  { tenant: { tokensPerDay: 100_000_000 }, user: { requestsPerMinute: 30_000 } },
)
beforeAll(async () => {
  fixture = await startFixture({
    settings: onBothComputes(LIMITS),
    images: await localImages(),
    organization: WITH_ADMINISTRATOR,
    models: models.backend,
  })
  counters = readCounters(fixture)
})
afterAll(async () => {
  counters?.close()
  await fixture?.close()
})

/** More at a time than this, and the load balancer finds no free function. */
const SLOTS = 10

describe.each([
  ['Lambda', 'tenant1', SLOTS],
  ['Fargate', 'tenant2', 200],
])('on %s', (_compute, tenant, atATime) => {
  const one = (model: string, more?: object) => () => ask(fixture, tenant, model, more)

  it('of 200 at once against 100 a minute, 100 pass and 100 calls of the model are made', async () => {
    const flood = async (many: number) => {
      const before = models.asked
      const started = performance.now()
      const answers = await askMany(200, Math.min(many, atATime), one(`flood-${many}`))
      return { answers, asked: models.asked - before, seconds: (performance.now() - started) / 1000 }
    }
    let flooded = await flood(FLOODS[0])
    for (const many of FLOODS.slice(1)) if ('limits_unavailable' in flooded.answers) flooded = await flood(many)
    const { answers, asked, seconds } = flooded
    const { 200: passed = 0, rate_limited: refused = 0, ...others } = answers
    expect(others).toEqual({})
    expect(passed + refused).toBe(200)
    expect(asked).toBe(passed)
    expect(passed).toBeGreaterThanOrEqual(100)
    // The minute slides while they are asked, however long that takes here.
    expect(passed).toBeLessThanOrEqual(101 + Math.floor((100 * seconds) / 60))
  })

  it('a budget for 111 requests is 111 requests', async () => {
    const before = models.asked
    // A server settles behind its answers: whoever is refused for what is still held asks again.
    const patiently = async () => {
      for (let attempt = 1; ; attempt++) {
        const code = await one('budget')()
        const { spent } = await counters.item(tenant, 'model', 'budget')
        if (code === '200' || spent === 111 * COST || attempt === 100) return code
      }
    }
    expect(await askMany(114, 1, patiently)).toEqual({ 200: 111, budget_exhausted: 3 })
    expect(models.asked - before).toBe(111)
  })

  it('the counters fail between the call and the answer: the answer is delivered, and a hold stays', async () => {
    models.milliseconds = 700
    const before = models.asked
    const answered = ask(fixture, tenant, 'dark')
    await expect.poll(() => models.asked).toBeGreaterThan(before)
    const where = { service: 'dynamodb', operation: 'UpdateItem', functionName: gatewayOf(tenant) }
    await fixture.cloud.faults.during(
      [{ where, fault: { kind: 'error', code: 'InternalServerError', status: 500 } }],
      async () => {
        expect(await answered).toBe('200')
        // On a server, the settling is behind it.
        await new Promise((resolve) => setTimeout(resolve, 500))
        const asked = models.asked
        expect(await ask(fixture, tenant, 'dark')).toBe('limits_unavailable')
        expect(models.asked).toBe(asked)
      },
    )
    models.milliseconds = 0
    expect(held(await counters.item(tenant, 'model', 'dark'))[0]).toBe(RESERVED)
    expect(await ask(fixture, tenant, 'dark')).toBe('200')
  })
})

it.each([
  ['Lambda', 'tenant1', SLOTS, 'tenant2'],
  ['Fargate', 'tenant2', 50, 'tenant1'],
])('a tenant on %s that floods its limit is not noticed by another', async (_compute, tenant, atATime, other) => {
  await fixture.unnoticed(() => askMany(100, atATime, () => ask(fixture, tenant, 'flood-200')), other)
})
