/** A thousand failures of each kind move no counter away from the sum of their records. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ErrorCode } from '../../functions/gateway/errors.ts'
import { type Counting, startCounting } from '../limits/counters-fixture.ts'
import { FAILURES, failsByTheTable } from '../limits/failures.ts'

let counting: Counting
beforeAll(async () => {
  counting = await startCounting()
})
afterAll(() => counting.close())
beforeEach(() => counting.clear())

test.each(Object.entries(FAILURES))('%s, a thousand times', async (code, made) => {
  await failsByTheTable(counting, code as ErrorCode, made, 1_000)
})

test('there are some', () => expect(Object.keys(FAILURES).length).toBeGreaterThan(10))
