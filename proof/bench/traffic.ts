/** Measures whether the gateway answers as fast with many tenants as with few: both are asked in turns, in one run. */
import { startChild } from './child.ts'
import { type Goal, goal, MOST_GROWTH, median } from './goals.ts'
import type { Answered, Order } from './traffic-child.ts'

export interface Traffic {
  readonly tenants: number
  /** Median duration of a request when nothing has changed, and of the first request after a change of the ledger. */
  readonly warmMilliseconds: number
  readonly changedMilliseconds: number
  /** Processor time for each request in the local cloud and its client. */
  readonly warmCpuMilliseconds: number
  readonly changedCpuMilliseconds: number
}

const SIZES = [2, 90] as const
const BLOCKS = 8
const CALLS = 40

type Kind = 'warm' | 'changed'

export async function benchTraffic(progress: (text: string) => void): Promise<readonly Traffic[]> {
  const subjects = []
  for (const tenants of SIZES) {
    const child = await startChild<Order, Answered>('traffic-child.ts', tenants, (done) =>
      progress(`gateway: ${done} of ${tenants} tenants`),
    )
    subjects.push({
      tenants,
      child,
      milliseconds: { warm: [] as number[], changed: [] as number[] },
      cpu: { warm: 0, changed: 0 },
    })
  }
  // Functions are started, and the compiler has seen the code often enough, before anything is measured.
  for (const { child } of subjects) await child.ask({ calls: 2 * CALLS, change: false })
  for (let block = 0; block < BLOCKS; block += 1) {
    progress(`gateway: requests ${block + 1}/${BLOCKS}`)
    for (const kind of ['warm', 'changed'] satisfies Kind[])
      for (const subject of subjects) {
        const answered = await subject.child.ask({ calls: CALLS, change: kind === 'changed' })
        subject.milliseconds[kind].push(...answered.milliseconds)
        subject.cpu[kind] += answered.cpuMilliseconds
      }
  }
  for (const { child } of subjects) await child.stop()
  return subjects.map(({ tenants, milliseconds, cpu }) => ({
    tenants,
    warmMilliseconds: median(milliseconds.warm),
    changedMilliseconds: median(milliseconds.changed),
    warmCpuMilliseconds: cpu.warm / milliseconds.warm.length,
    changedCpuMilliseconds: cpu.changed / milliseconds.changed.length,
  }))
}

export function trafficGoals([few, many]: readonly Traffic[]): readonly Goal[] {
  if (!few || !many) return []
  const of = `with ${many.tenants} tenants / with ${few.tenants}`
  return [
    goal(`warm request, median ${of}`, many.warmMilliseconds / few.warmMilliseconds, MOST_GROWTH),
    goal(`first request after a change, median ${of}`, many.changedMilliseconds / few.changedMilliseconds, MOST_GROWTH),
    goal(
      `processor time of a first request after a change ${of}`,
      many.changedCpuMilliseconds / few.changedCpuMilliseconds,
      MOST_GROWTH,
    ),
  ]
}
