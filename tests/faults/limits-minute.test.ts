/** The end of a minute, through the load balancer, on Lambda and on Fargate: what slides is not passed twice, and clients wait for it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localImages } from '../../cli/local/gateway-image.ts'
import { GIVES_UP, realClients } from '../limits/real-clients.ts'
import { ask, askMany, countingModels, onBothComputes, withLimits } from '../limits/served.ts'
import { createClock } from '../limits/stopped-clock.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { gatewayOf } from './faults-fixture.ts'

const MINUTE = 60_000
const CLIENTS = ['openai', 'aws'] as const
/** Each client has a name of the model for itself, so that neither uses up the other's limit. */
const LIMITS = withLimits({
  edge: { requestsPerMinute: 100 },
  'one-openai': { requestsPerMinute: 1 },
  'one-aws': { requestsPerMinute: 1 },
  spent: { dollarsPerMonth: 0.000_001 },
})
/** Any number would do, because the clock stands still. */
const AT_A_TIME = 5

const directory = mkdtempSync(join(tmpdir(), 'limits-minute-'))
const clock = createClock(directory)
const models = countingModels()
let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    settings: onBothComputes(LIMITS),
    images: clock.inImages(await localImages()),
    models: models.backend,
  })
  await clock.inFunction(platform.cloud, gatewayOf('tenant1'))
  for (const tenant of ['tenant1', 'tenant2']) expect(await ask(platform, tenant, 'nova-2-lite')).toBe('200')
})
afterAll(async () => {
  await platform?.close()
  rmSync(directory, { recursive: true, force: true })
})

const COMPUTES = [
  ['Lambda', 'tenant1'],
  ['Fargate', 'tenant2'],
] as const

it.each(COMPUTES)('on %s, of 200 at :59.9 and 200 at :00.1 at most 101 pass', async (_compute, tenant) => {
  const end = Math.floor(Date.now() / MINUTE) * MINUTE
  const before = models.asked
  const flood = async (time: number, many = 200) => {
    clock.stopAt(time)
    const { 200: passed = 0, rate_limited: refused = 0 } = await askMany(many, AT_A_TIME, () =>
      ask(platform, tenant, 'edge'),
    )
    // On a machine that is so busy that a write takes more than three seconds, nobody knows of some.
    return { passed, isKnown: passed + refused === many }
  }
  const first = await flood(end - 100)
  const second = await flood(end + 100)
  expect(first.passed).toBeLessThanOrEqual(100)
  expect(first.passed + second.passed).toBeLessThanOrEqual(101)
  expect(models.asked - before).toBeLessThanOrEqual(101)
  if (first.isKnown && second.isKnown) expect([first.passed, second.passed]).toEqual([100, 1])
  // Half a minute later, half of them are free again, and one of these has passed: it is this clock that they go by.
  const third = await flood(end + MINUTE / 2, 60)
  expect(third.passed).toBeLessThanOrEqual(50)
  if (first.isKnown && second.isKnown && third.isKnown) expect(third.passed).toBe(49)
})

describe.each(COMPUTES)('on %s, a client as it is', (_compute, tenant) => {
  /** @param refused told of each 429 */
  const clientsOf = (model: string, refused: () => void = () => {}) => {
    let calls = 0
    const ask = realClients(tenant, model, async (request) => {
      calls += 1
      const { status, headers, body } = await platform.call({
        method: 'POST',
        path: new URL(request.url).pathname,
        token: await platform.token(tenant),
        body: await request.json(),
      })
      if (status === 429) refused()
      return new Response(body, { status, headers: headers as Record<string, string> })
    })
    return { ask, calls: () => calls }
  }

  it.each(CLIENTS)('%s waits until the minute has room, and gets its answer', async (client) => {
    const end = Math.floor(Date.now() / MINUTE) * MINUTE
    clock.stopAt(end - 300)
    const before = models.asked
    // The minute is over as soon as it has been told to wait.
    const { ask, calls } = clientsOf(`one-${client}`, () => clock.stopAt(end + 1_000))
    expect([await ask[client](), await ask[client]()]).toEqual(['Here it is.', 'Here it is.'])
    expect([calls(), models.asked - before]).toEqual([3, 2])
  })

  it.each(GIVES_UP)('%s makes one call when the budget is used up', async (client, error) => {
    const before = models.asked
    const { ask, calls } = clientsOf('spent')
    await expect(ask[client]()).rejects.toMatchObject(error)
    expect([calls(), models.asked - before]).toEqual([1, 0])
  })
})
