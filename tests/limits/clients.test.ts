/** OpenAI's client and AWS's, as they are: they wait for a limit of a minute, and give up at once at a budget. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Limits } from '../../shared/limits.ts'
import { type Counting, startCounting } from './counters-fixture.ts'
import { startGateway } from './gateway-fixture.ts'
import { GIVES_UP, realClients } from './real-clients.ts'

let counting: Counting
beforeAll(async () => {
  counting = await startCounting()
})
afterAll(() => counting.close())
beforeEach(() => counting.clear())

/** Shortly before the end of a minute: after it, a request is free again. The clock stands until one was refused. */
const MILLISECONDS_LEFT = 700
const START = Date.UTC(2026, 11, 10, 12, 1) - MILLISECONDS_LEFT

function start(limits: Limits) {
  let refused: number | undefined
  const now = () => START + (refused === undefined ? 0 : Date.now() - refused)
  const gateway = startGateway(counting, { limits, now })
  let calls = 0
  const ask = realClients('tenant1', 'nova-2-lite', async (request) => {
    calls += 1
    const answer = await gateway.fetch(request)
    if (answer.status === 429) refused ??= Date.now()
    return answer
  })
  return { ask, calls: () => calls, asked: () => gateway.aws.sent('bedrock-runtime').length }
}

test.each(['openai', 'aws'] as const)('%s waits until the minute has room, and gets its answer', async (client) => {
  const { ask, calls, asked } = start({ tenant: { requestsPerMinute: 1 } })
  expect([await ask[client](), await ask[client]()]).toEqual(['Hello', 'Hello'])
  expect(calls()).toBeGreaterThan(2)
  expect(asked()).toBe(2)
})

test.each(GIVES_UP)('%s makes one call when the budget is used up', async (client, error) => {
  const { ask, calls, asked } = start({ tenant: { dollarsPerMonth: 0.000_001 } })
  await expect(ask[client]()).rejects.toMatchObject(error)
  expect([calls(), asked()]).toEqual([1, 0])
})
