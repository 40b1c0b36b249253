/** Tenants cost the same each, however many there are. `npm run bench -- --stacks` measures it closely. */
import { afterAll, expect, it } from 'vitest'
import { endAll } from '../../proof/bench/child.ts'
import { sum } from '../../proof/bench/goals.ts'
import { benchInProcess } from '../../proof/bench/stacks.ts'

afterAll(endAll)

const FEW = 5
const MANY = 30
/** Generous: tests run beside each other, on a busy machine. The quadratic growth that this looks for would be sixfold. */
const MOST = 2

it(`${MANY} tenants cost ${MANY / FEW} times what ${FEW} cost, in time and in memory`, async () => {
  const [few, many] = await benchInProcess([FEW, MANY], () => undefined)
  if (!few || !many) throw new Error('two sizes were asked for')
  expect(few.milliseconds).toHaveLength(FEW)
  expect(many.milliseconds).toHaveLength(MANY)
  const times = MANY / FEW
  expect(sum(many.cpuMilliseconds ?? [])).toBeLessThan(MOST * times * sum(few.cpuMilliseconds ?? []))
  expect(many.heapBytes).toBeLessThan(MOST * times * few.heapBytes)
  // Every tenant of either size declares as much as any other.
  const perTenant = (many.resources - few.resources) / (MANY - FEW)
  expect(Number.isInteger(perTenant)).toBe(true)
  expect(perTenant).toBeGreaterThan(20)
})
