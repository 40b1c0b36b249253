/**
 * Compares two metrics that scaling can follow: requests a minute and task (ALBRequestCountPerTarget), or requests in flight for each task (the
 * gauge that the server prints). It is a simulation in steps of a second of Application Auto Scaling's target tracking as AWS documents it. It
 * does not depend on the machine's speed, and the same seed gives the same table. docs/decisions/0032-scaling.md
 */
import { TASK_TIERS } from '../../shared/compute.ts'
import { inFlightTarget } from '../../spoke/ingress/tasks.ts'

const TIER = TASK_TIERS.medium
const TARGET = inFlightTarget(TIER)
/** The duration of a request, which is needed to set a target of requests a minute, and which nobody knows beforehand. */
const ASSUMED_SECONDS = 10
/** Alarms of target tracking: minutes above the target before the service grows, and minutes well below it before the service shrinks. */
const OUT_MINUTES = 3
const IN_MINUTES = 15
const IN_SHARE = 0.9
/** Seconds until a new task passes its health checks. */
const START_SECONDS = 60
const MINUTES = 180

export interface Workload {
  readonly name: string
  /** Requests a second. */
  readonly rate: (minute: number) => number
  /** Duration of an answer, on average. */
  readonly seconds: (minute: number) => number
}

export const WORKLOADS: readonly Workload[] = [
  { name: 'answers of 10 s, as assumed', rate: rising(1, 12), seconds: () => 10 },
  { name: 'short answers of 2 s', rate: rising(5, 60), seconds: () => 2 },
  { name: 'agents with answers of 60 s', rate: rising(0.2, 2), seconds: () => 60 },
  {
    name: 'as many requests, slower answers: 5 s, then 40 s',
    rate: () => 5,
    seconds: (minute) => (minute < 60 ? 5 : 40),
  },
]

function rising(from: number, to: number): (minute: number) => number {
  return (minute) => (minute < 30 ? from : minute < 120 ? to : from)
}

export type Metric = 'requests a minute' | 'in flight'

export interface Result {
  readonly workload: string
  readonly metric: Metric
  /** Share of the time of requests that they spent on a task with more than twice the target. */
  readonly crowded: number
  /** Requests for each task in the busiest minute, on average. */
  readonly most: number
  /** Number of tasks, on average, which is what is paid for. */
  readonly tasks: number
}

export function simulate(workload: Workload, metric: Metric, random: () => number): Result {
  const ends: number[] = []
  let tasks: number = TIER.minimumTasks
  let starting: { readonly at: number; readonly count: number } | undefined
  let [above, below, crowded, held, area, most] = [0, 0, 0, 0, 0, 0]
  for (let minute = 0; minute < MINUTES; minute += 1) {
    let arrived = 0
    let inFlight = 0
    for (let second = minute * 60; second < (minute + 1) * 60; second += 1) {
      if (starting && second >= starting.at) {
        tasks = starting.count
        starting = undefined
      }
      for (let left = poisson(workload.rate(minute), random); left > 0; left -= 1) {
        arrived += 1
        ends.push(second + workload.seconds(minute) * lognormal(random))
      }
      let kept = 0
      for (const end of ends) if (end > second) ends[kept++] = end
      ends.length = kept
      inFlight += kept / 60
      held += kept
      if (kept / tasks > 2 * TARGET) crowded += kept
      area += tasks
    }
    most = Math.max(most, inFlight / tasks)
    const [value, target] =
      metric === 'in flight' ? [inFlight / tasks, TARGET] : [arrived / tasks, (TARGET * 60) / ASSUMED_SECONDS]
    above = value > target ? above + 1 : 0
    below = value < target * IN_SHARE ? below + 1 : 0
    const wanted = Math.min(TIER.maximumTasks, Math.max(TIER.minimumTasks, Math.ceil((tasks * value) / target)))
    if (above >= OUT_MINUTES && wanted > tasks) starting ??= { at: (minute + 1) * 60 + START_SECONDS, count: wanted }
    if (below >= IN_MINUTES && wanted < tasks) {
      tasks = wanted
      below = 0
    }
  }
  const rounded = (value: number) => Math.round(value * 100) / 100
  return {
    workload: workload.name,
    metric,
    crowded: rounded(held === 0 ? 0 : crowded / held),
    most: rounded(most),
    tasks: rounded(area / (MINUTES * 60)),
  }
}

export const benchScaling = (seed = 1): readonly Result[] =>
  WORKLOADS.flatMap((workload) =>
    (['requests a minute', 'in flight'] as const).map((metric) => simulate(workload, metric, seeded(seed))),
  )

export function scalingTable(results: readonly Result[]): string {
  const rows = results.map(({ workload, metric, crowded, most, tasks }) =>
    [workload, metric, `${Math.round(crowded * 100)} %`, most, tasks].join(' | '),
  )
  return [
    `Target: ${TARGET} requests in flight a task, or ${(TARGET * 60) / ASSUMED_SECONDS} requests a minute (answers of ${ASSUMED_SECONDS} s); ${TIER.minimumTasks} to ${TIER.maximumTasks} tasks.`,
    'workload | scaling follows | time on crowded tasks | most in flight a task | tasks on average',
    ...rows,
  ].join('\n')
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Knuth's algorithm, which is good enough because the rates are small. */
function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count += 1
  return count
}

/** Lognormal with a mean of 1 and a long tail: the lengths of answers differ by a factor of a hundred. */
function lognormal(random: () => number): number {
  const sigma = 1
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.exp(sigma * normal - (sigma * sigma) / 2)
}
