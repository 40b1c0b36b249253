/** That the goals can be missed: what is measured is made up here. */
import { expect, it } from 'vitest'
import { growth, type Size, slowest } from './stacks.ts'

/** @param cost of the tenant of that number, from 1 */
const size = (tenants: number, cost: (number: number) => number): Size => {
  const costs = Array.from({ length: tenants }, (_, index) => cost(index + 1))
  const all = costs.reduce((sum, one) => sum + one, 0)
  return {
    tenants,
    resources: 0,
    hubMilliseconds: 0,
    milliseconds: costs.map((one) => one * 2),
    cpuMilliseconds: costs,
    heapBytes: all * 1000,
  }
}
const missed = (goals: ReturnType<typeof growth>) => goals.filter(({ met }) => !met).map(({ goal }) => goal)

it('what costs the same each is linear', () => {
  const sizes = [size(5, () => 100), size(90, () => 100)]
  expect(growth('', sizes).map(({ ratio }) => ratio)).toEqual([1, 1])
  expect(missed([...growth('', sizes), ...slowest(sizes)])).toEqual([])
})

it('what costs more with every tenant misses its goals, in time and in memory', () => {
  const sizes = [size(5, (number) => 100 + 10 * number), size(90, (number) => 100 + 10 * number)]
  expect(missed(growth('', sizes))).toEqual([
    'processor time of 90 tenants / 18 × that of 5',
    'memory of 90 tenants / 18 × that of 5',
  ])
  expect(missed(slowest(sizes))[0]).toMatch(/last 10 of 90 tenants/)
})

it('a busy machine’s clock is no growth, unless there is nothing but the clock', () => {
  const busy = [size(5, () => 100), { ...size(90, () => 100), milliseconds: Array(90).fill(900) as number[] }]
  expect(missed(growth('', busy))).toEqual([])
  const clock = busy.map(({ cpuMilliseconds: _, ...rest }) => rest)
  expect(missed(growth('', clock))).toEqual(['time of 90 tenants / 18 × that of 5'])
})
