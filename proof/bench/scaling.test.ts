import { expect, it } from 'vitest'
import { benchScaling } from './scaling.ts'

it('decides for requests in flight, with every seed: docs/decisions/0032-scaling.md', () => {
  for (const seed of [1, 7]) {
    const results = benchScaling(seed)
    const of = (workload: string, metric: string) =>
      results.find((one) => one.workload.startsWith(workload) && one.metric === metric)
    const slower = 'as many requests, slower answers'
    expect(of(slower, 'requests a minute')?.crowded).toBeGreaterThan(0.5)
    expect(of(slower, 'in flight')?.crowded).toBeLessThan(0.1)
    const short = 'short answers'
    expect(of(short, 'requests a minute')?.tasks).toBeGreaterThan(1.5 * (of(short, 'in flight')?.tasks ?? 0))
    // And where the guess is right, both do.
    expect(of('answers of 10 s', 'in flight')?.crowded).toBeLessThan(0.05)
  }
})
