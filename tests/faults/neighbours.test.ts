/**
 * One tenant's outage, throttling or slow model never changes another tenant's latency or errors. Latency is measured side by
 * side: the trouble is on and off by turns in one run, under the same load of the troubled tenant, so that what the machine
 * does otherwise makes both slower alike, and their ratio is what the trouble does.
 */

import type { FaultRule, Where } from '@genai/local-cloud/faults/faults'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { calls, type Fixture, gatewayOf, OK, type Seen, startFixture } from './faults-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  // Both tenants call from one address, more often than a person does.
  fixture = await startFixture({ settings: { hub: { wafRateLimit: 2_000_000_000 } } })
})
afterAll(() => fixture?.close())

/** More than the troubled tenant's own concurrency, where its requests take long. */
const LOAD_EVERY_MS = 25
const BLOCK_CALLS = 10
/** On, off, off, on, …: what grows or fades over the run is on both sides. */
const BLOCKS = [true, false, false, true, true, false, false, true, true, false]
/** A machine that is slow needs no more of them. */
const MOST_WAITING = 40
/** A neighbour who waited for the trouble would wait for hundreds of milliseconds, ten times what a call takes. */
const MOST_RATIO = 3

interface Measured {
  /** Median of tenant2 with the trouble, divided by the one without. */
  readonly ratio: number
  /** What tenant1 saw while the trouble was on, and while it was off. */
  readonly on: readonly Seen[]
  readonly off: readonly Seen[]
}

/** tenant2 calls, one request after the other; tenant1 calls every so often, whatever becomes of its calls. */
async function sideBySide(rules: readonly FaultRule[]): Promise<Measured> {
  const durations = { on: [] as number[], off: [] as number[] }
  const seen = { on: [] as Seen[], off: [] as Seen[] }
  for (const troubled of BLOCKS) {
    const side = troubled ? 'on' : 'off'
    const pending: Promise<void>[] = []
    let waiting = 0
    const load = () => {
      if (waiting === MOST_WAITING) return
      waiting += 1
      const answered = fixture.see('tenant1').then((one) => void seen[side].push(one))
      pending.push(answered.finally(() => (waiting -= 1)))
    }
    await fixture.cloud.faults.during(troubled ? rules : [], async () => {
      load()
      const timer = setInterval(load, LOAD_EVERY_MS)
      try {
        for (let index = 0; index < BLOCK_CALLS; index++) {
          const started = performance.now()
          expect(await fixture.see('tenant2')).toEqual(OK)
          durations[side].push(performance.now() - started)
        }
      } finally {
        clearInterval(timer)
        await Promise.all(pending)
      }
    })
  }
  return { ratio: median(durations.on) / median(durations.off), ...seen }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const model: Where = { service: 'bedrock-runtime', account: '222222222222' }

describe("tenant2's latency and errors are what they were, while tenant1 has", () => {
  it.each<[string, FaultRule['fault'], Where, Partial<Seen>]>([
    ['a model that is throttled', { kind: 'throttling' }, model, { status: 429, code: 'model_throttled' }],
    [
      'a model that is down',
      { kind: 'error', code: 'ServiceUnavailableException', status: 503 },
      model,
      { status: 503, code: 'model_unavailable' },
    ],
    ['a model that cuts connections', { kind: 'reset' }, model, { status: 502, code: 'model_answer_incomplete' }],
    ['a model that is slow', { kind: 'latency', milliseconds: 300 }, model, OK],
    [
      'a function that Lambda throttles',
      { kind: 'throttling' },
      { service: 'lambda', functionName: gatewayOf('tenant1') },
      { status: 502, code: 'load balancer' },
    ],
  ])('%s', async (_, fault, where, expected) => {
    const { ratio, on, off } = await sideBySide([{ where, fault }])
    // The trouble was real, and only while it was on. More requests than the tenant has concurrency for are its own loss.
    const others = (seen: readonly Seen[]) => seen.filter(({ code }) => code !== 'ok' && code !== 'load balancer')
    expect(on.some((one) => one.status === expected.status && one.code === expected.code)).toBe(true)
    expect(others(on).filter(({ code }) => code !== expected.code)).toEqual([])
    expect(others(off)).toEqual([])
    expect(ratio).toBeLessThan(MOST_RATIO)
  })

  it('a table and an STS that are down', async () => {
    const error = { kind: 'error', code: 'InternalFailure', status: 500 } as const
    const rules = ['dynamodb', 'sts'].map((service) => ({ where: calls(service), fault: error }))
    expect((await sideBySide(rules)).ratio).toBeLessThan(MOST_RATIO)
  })
})

it("the measure shows a trouble that is everybody's", async () => {
  const started = performance.now()
  for (let count = 0; count < BLOCK_CALLS; count += 1) await fixture.see('tenant2')
  const call = (performance.now() - started) / BLOCK_CALLS
  const fault = { kind: 'latency', milliseconds: Math.max(150, 10 * call) } as const
  const everybody = { where: { service: 'bedrock-runtime' }, fault }
  expect((await sideBySide([everybody])).ratio).toBeGreaterThan(MOST_RATIO)
})
