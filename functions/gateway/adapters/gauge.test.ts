import { expect, it } from 'vitest'
import { createGauge } from './gauge.ts'

it('tells the average over the time between two readings, and the most', () => {
  let now = 1_000
  const gauge = createGauge(() => now)
  const first = gauge.begin()
  now += 30_000
  const second = gauge.begin()
  now += 15_000
  first()
  now += 15_000
  // One for 30 s, two for 15 s, one for 15 s.
  expect(gauge.read()).toEqual({ inFlight: 1.25, peak: 2 })
  now += 60_000
  expect(gauge.read()).toEqual({ inFlight: 1, peak: 1 })
  second()
  second()
  now += 60_000
  expect(gauge.read()).toEqual({ inFlight: 0, peak: 1 })
  now += 60_000
  expect(gauge.read()).toEqual({ inFlight: 0, peak: 0 })
})

it('tells what it holds when no time has gone by', () => {
  const gauge = createGauge(() => 0)
  gauge.begin()
  expect(gauge.read()).toEqual({ inFlight: 1, peak: 1 })
})
