/** A thousand failures with each code of the table of errors move no counter away from the sum of their records. */
import { afterAll, beforeAll, beforeEach, test } from 'vitest'
import { type Counting, startCounting } from '../limits/counters-fixture.ts'
import { FAILURES, failsByTheTable } from '../limits/failures.ts'

let counting: Counting
beforeAll(async () => {
  counting = await startCounting()
})
afterAll(() => counting.close())
beforeEach(() => counting.clear())

test.each(FAILURES)('%s, a thousand times', async (code, made) => {
  await failsByTheTable(counting, code, made, 1_000)
})
