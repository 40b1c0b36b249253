/**
 * What it takes to deploy tenants, and whether each takes more when there are many than when there are few. It is measured with the in-process
 * engine, each size in a process of its own, and with the real CLI if it is installed. Then measures whether the gateway answers as fast with
 * many tenants.
 */
import { availableParallelism } from 'node:os'
import { findPulumi } from '../../cli/pulumi/find-cli.ts'
import { messageOf } from '../../cli/verb.ts'
import { endAll, startChild } from './child.ts'
import { type Goal, goal, MOST_GROWTH, median, sum } from './goals.ts'
import type { Deployed } from './stacks-child.ts'
import { benchTraffic, type Traffic, trafficGoals } from './traffic.ts'

export interface Size extends Deployed {
  readonly tenants: number
}

export interface StacksReport {
  readonly node: string
  readonly cores: number
  readonly sizes: readonly Size[]
  /** By the CLI: one run, measured at each number of tenants. `skipped` says why there is no result. */
  readonly engine: { readonly sizes: readonly Size[] } | { readonly skipped: string }
  readonly traffic: readonly Traffic[]
  readonly goals: readonly Goal[]
}

const SIZES = [5, 50, 90]
const ENGINE_SIZES = [1, 5, 20]
/** Goal for deploying one more tenant, in seconds. */
const MOST_SECONDS = 2
/** The smallest size takes only a second, so chance has much influence: of several runs, the median counts. */
const RUNS_OF_FEWEST = 3

export interface StacksBenchOptions {
  readonly progress: (text: string) => void
}

export async function benchStacks({ progress }: StacksBenchOptions): Promise<StacksReport> {
  try {
    const sizes = await benchInProcess(SIZES, progress)
    const traffic = await benchTraffic(progress)
    const engine = await benchEngine(progress)
    const goals = [
      ...growth('', sizes),
      ...slowest(sizes),
      ...trafficGoals(traffic),
      // One tenant says nothing: the duration of a single `up` depends mostly on the machine's other work.
      ...('sizes' in engine ? growth('by the CLI: ', engine.sizes.slice(1), { memory: false }) : []),
    ]
    return { node: process.version, cores: availableParallelism(), sizes, engine, traffic, goals }
  } finally {
    endAll()
  }
}

/** @param sizes numbers of tenants, the smallest first */
export async function benchInProcess(
  sizes: readonly number[],
  progress: (text: string) => void,
): Promise<readonly Size[]> {
  const measured: Size[] = []
  for (const [index, tenants] of sizes.entries()) {
    const runs: Size[] = []
    for (let run = 0; run < (index === 0 ? RUNS_OF_FEWEST : 1); run += 1) {
      const child = await startChild<'deploy', Deployed>('stacks-child.ts', tenants, (done) =>
        progress(`in-process: ${done} of ${tenants} tenants`),
      )
      runs.push({ tenants, ...(await child.ask('deploy')) })
      await child.stop()
    }
    runs.sort((a, b) => sum(a.cpuMilliseconds ?? a.milliseconds) - sum(b.cpuMilliseconds ?? b.milliseconds))
    measured.push(runs[Math.floor(runs.length / 2)] as Size)
  }
  return measured
}

async function benchEngine(progress: (text: string) => void): Promise<StacksReport['engine']> {
  try {
    await findPulumi({ download: false })
  } catch (error) {
    return { skipped: messageOf(error).replaceAll('\n', ' ') }
  }
  const most = Math.max(...ENGINE_SIZES)
  const child = await startChild<readonly number[], readonly Deployed[]>('cli-child.ts', most, (done) =>
    progress(`by the CLI: ${done} of ${most} tenants`),
  )
  progress('by the CLI: the hub')
  const deployed = await child.ask(ENGINE_SIZES)
  await child.stop()
  return { sizes: deployed.map((one) => ({ tenants: one.milliseconds.length, ...one })) }
}

/**
 * Uses processor time if the operating system reports it, because elapsed time includes the machine's other work.
 * @param memory whether memory is judged: a few tenants' memory is less than what comes and goes by itself in a process that serves requests
 */
export function growth(engine: string, sizes: readonly Size[], { memory } = { memory: true }): readonly Goal[] {
  const [few, many] = [sizes[0], sizes.at(-1)]
  if (!few || !many || few === many) return []
  const times = many.tenants / few.tenants
  const of = `of ${many.tenants} tenants / ${times} × that of ${few.tenants}`
  const ratio = (of: (size: Size) => number) => of(many) / (times * of(few))
  const time =
    few.cpuMilliseconds && many.cpuMilliseconds
      ? goal(
          `${engine}processor time ${of}`,
          ratio((size) => sum(size.cpuMilliseconds ?? [])),
          MOST_GROWTH,
        )
      : goal(
          `${engine}time ${of}`,
          ratio(({ milliseconds }) => sum(milliseconds)),
          MOST_GROWTH,
        )
  const kept = goal(
    `${engine}memory ${of}`,
    ratio(({ heapBytes }) => heapBytes),
    MOST_GROWTH,
  )
  return memory ? [time, kept] : [time]
}

/** Growth within the largest size, which does not depend on the smallest one, by processor time. */
export function slowest(sizes: readonly Size[]): readonly Goal[] {
  const many = sizes.at(-1)
  if (!many?.cpuMilliseconds) return []
  const { tenants, milliseconds, cpuMilliseconds } = many
  return [
    goal(
      `median processor time of the last 10 of ${tenants} tenants / of the 6th to 15th`,
      median(cpuMilliseconds.slice(-10)) / median(cpuMilliseconds.slice(5, 15)),
      MOST_GROWTH,
    ),
    goal(
      `seconds for one more tenant, median of the last 10 of ${tenants}`,
      median(milliseconds.slice(-10)) / 1000,
      MOST_SECONDS,
    ),
  ]
}
