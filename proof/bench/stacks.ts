/**
 * What tenants cost to deploy, and whether many cost more each than few: by the in-process engine, every size in a process of its own, and
 * by the real CLI where there is one. Then whether the gateway answers as fast with many.
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
  /** By the CLI: one run, read when there were so many tenants. `skipped` says why there is nothing. */
  readonly engine: { readonly sizes: readonly Size[] } | { readonly skipped: string }
  readonly traffic: readonly Traffic[]
  readonly goals: readonly Goal[]
}

const SIZES = [5, 50, 90]
const ENGINE_SIZES = [1, 5, 20]
/** Deploying one more tenant, in seconds. */
const MOST_SECONDS = 2
/** The fewest are over in a second, in which anything may happen: of several runs, the one in the middle counts. */
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
      // From one tenant nothing can be told: a single up is as long as the machine happens to be busy.
      ...('sizes' in engine ? growth('by the CLI: ', engine.sizes.slice(1), { memory: false }) : []),
    ]
    return { node: process.version, cores: availableParallelism(), sizes, engine, traffic, goals }
  } finally {
    endAll()
  }
}

/** @param sizes numbers of tenants, the fewest first */
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
 * By processor time where the machine tells it: the clock has in it whatever else the machine does.
 * @param memory whether it is judged: a few tenants' is less than what else comes and goes in a process that serves
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

/** Within the largest: growth that the smallest has no part in, by processor time. */
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
