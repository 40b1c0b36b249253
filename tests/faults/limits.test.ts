/** Limits through the load balancer, on Lambda and on Fargate: floods, budgets, faults, and a sum that adds up. */
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import {
  ask,
  askMany,
  budgetFor,
  COST,
  countingModels,
  held,
  RESERVED,
  readCounters,
  recorded,
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
    mixed: { dollarsPerMonth: 100, tokensPerDay: 10_000_000, requestsPerMinute: 30_000 },
    dark: { dollarsPerMonth: 100 },
  },
  { tenant: { tokensPerDay: 100_000_000 }, user: { requestsPerMinute: 30_000 } },
)
/** Tenant 1 on Lambda, tenant 2 on Fargate. */
beforeAll(async () => {
  fixture = await startFixture({
    settings: {
      hub: { ...LOCAL_FARGATE, fargateVcpuLimit: '12', wafRateLimit: 2_000_000_000 },
      'spoke-tenant1': { ...LIMITS, tier: 'medium' },
      'spoke-tenant2': { ...LIMITS, compute: 'fargate', tier: 'small' },
    },
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
])('on %s', (compute, tenant, atATime) => {
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

  it('mixed requests, some of them killed: the counters are the sum of the records, and the rest is held', async () => {
    const kill = { where: killed(compute, tenant), fault: { kind: 'kill', afterMilliseconds: 20 } as const, times: 2 }
    const refuse = {
      where: { service: 'bedrock-runtime', account: accountOf(tenant) },
      fault: { kind: 'throttling' } as const,
      probability: 0.1,
    }
    models.milliseconds = 30
    let turn = 0
    const mixed = async () => {
      const kind = turn++ % 4
      if (kind === 0) return await stream(tenant, 'whole')
      if (kind === 1) return await stream(tenant, 'left')
      return await ask(fixture, tenant, 'mixed', kind === 2 ? {} : { temperature: 7 })
    }
    const seen = await fixture.cloud.faults.during([refuse], async () => {
      const some = await askMany(120, SLOTS, mixed)
      await fixture.cloud.faults.during([kill], () => askMany(20, SLOTS, () => ask(fixture, tenant, 'mixed')))
      const more = await askMany(60, SLOTS, mixed)
      return [some, more]
    })
    models.milliseconds = 0
    for (const some of seen)
      expect(Object.keys(some)).toEqual(expect.arrayContaining(['200', 'left', 'number_out_of_range']))
    await expect
      .poll(async () => {
        const item = await counters.item(tenant, 'model', 'mixed')
        const { nanoDollars } = await recorded(fixture, tenant, 'mixed')
        return item.spent - (held(item)[0] + nanoDollars)
      })
      .toBe(0)
    const item = await counters.item(tenant, 'model', 'mixed')
    const [nanoDollars, tokens] = held(item)
    // Of the killed ones, and of no other.
    expect(nanoDollars % RESERVED).toBe(0)
    expect(nanoDollars / RESERVED).toBeLessThanOrEqual(2 * (compute === 'Lambda' ? 1 : SLOTS))
    expect(tokens > 0).toBe(nanoDollars > 0)
    const user = await counters.item(tenant, 'tenant')
    expect(user.dayTokens).toBeGreaterThan(item.dayTokens)
  })

  it('the counters fail between the call and the answer: the answer is delivered, and a hold stays', async () => {
    models.milliseconds = 700
    const answered = ask(fixture, tenant, 'dark')
    const before = models.asked
    await expect.poll(() => models.asked).toBeGreaterThan(before - 1)
    await new Promise((resolve) => setTimeout(resolve, 400))
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

it('a tenant that floods its limit is not noticed by another', async () => {
  await fixture.unnoticed(() => askMany(100, SLOTS, () => ask(fixture, 'tenant1', 'flood-200')))
})

const accountOf = (tenant: string) => (tenant === 'tenant1' ? '222222222222' : '333333333333')
const killed = (compute: string, tenant: string) => ({
  service: compute === 'Lambda' ? 'lambda' : 'ecs',
  functionName: gatewayOf(tenant),
})

/** A chat that streams, read to its end or left in the middle. */
async function stream(tenant: string, until: 'whole' | 'left'): Promise<string> {
  const body = { model: 'mixed', stream: true, max_tokens: 50, messages: [{ role: 'user', content: 'Where is it?' }] }
  const token = await fixture.token(tenant)
  const path = `/${tenant}/v1/chat/completions`
  if (until === 'left') return await leave(path, token, JSON.stringify(body))
  const { status, headers } = await fixture.call({ method: 'POST', path, token, body })
  return status === 200 ? '200' : String(headers['x-error-code'] ?? 'load balancer')
}

function leave(path: string, token: string, body: string): Promise<string> {
  const { hostname, port } = new URL(fixture.localUrl)
  const ca = readFileSync(fixture.caFile)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return new Promise((resolve) => {
    const sent = request({
      host: '127.0.0.1',
      servername: hostname,
      port,
      path,
      ca,
      method: 'POST',
      headers,
      agent: false,
    })
    const left = () => {
      sent.destroy()
      resolve('left')
    }
    sent.on('error', left)
    sent.on('response', (response) => response.once('data', left))
    setTimeout(left, 45)
    sent.end(body)
  })
}
