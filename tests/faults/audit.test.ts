/** CloudWatch Logs in trouble: every decision is in the trail all the same, and counted once, though written more than once. */

import type { Fault } from '@genai/local-cloud/faults/faults'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { trailOf } from '../audit/read.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'

const REQUESTS = 60

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({ faultSeed: 7 })
})
afterAll(() => platform?.close())

it.each<[string, Fault, probability: number]>([
  ['throttles', { kind: 'throttling' }, 0.4],
  ['fails', { kind: 'error', code: 'ServiceUnavailableException', status: 503 }, 0.4],
  ['breaks off when the work is done', { kind: 'halfAnswer' }, 0.5],
])('when it %s', async (_, fault, probability) => {
  const trouble = platform.cloud.faults.add({
    where: { service: 'logs', operation: 'PutLogEvents' },
    fault,
    probability,
  })
  const begun = Date.now()
  const sent = new Set<string>()
  for (let count = 0; count < REQUESTS; count += 2)
    for (const tenant of ['tenant1', 'tenant2']) {
      const answer = await platform.invoke(tenant)
      expect(answer.status).toBe(200)
      sent.add(String(answer.headers['x-request-id']))
    }
  const recorded = (await trailOf(platform, { since: begun })).map(({ requestId }) => String(requestId))
  expect(trouble.hits).toBeGreaterThan(0)
  trouble.remove()
  expect(recorded).toHaveLength(REQUESTS)
  expect(new Set(recorded)).toEqual(sent)
})
