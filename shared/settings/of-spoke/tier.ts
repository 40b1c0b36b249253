/** The setting `tier`: a preset, which both kinds of compute have, or numbers for one kind. */
import { DRAIN_SECONDS, TASK_TIERS, type TaskTier, TIERS, type Tier } from '../../compute.ts'
import { nearest } from '../commands.ts'
import { Refused } from '../refused.ts'
import { integerIn, mapOf, numberIn } from '../values.ts'

/** What a tier means for each kind of compute: a preset has both, numbers are for one. */
export interface TierChoice {
  readonly lambda?: Tier
  readonly fargate?: TaskTier
}

/** `from` to `to` in steps of `step`, in gigabytes. */
const gigabytes = (from: number, to: number, step = 1): readonly number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => (from + index * step) * 1024)

/** For each number of CPU units the memory sizes in MB that Fargate offers for Linux (Amazon ECS developer guide, task size). */
export const MEMORY_OF_CPU: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: gigabytes(1, 4),
  1024: gigabytes(2, 8),
  2048: gigabytes(4, 16),
  4096: gigabytes(8, 30),
  8192: gigabytes(16, 60, 4),
  16384: gigabytes(32, 120, 8),
}

type Limits<T> = Readonly<Record<keyof T & string, (raw: string) => number>>

const FUNCTION: Limits<Tier> = {
  memoryMegabytes: integerIn(128, 10_240),
  timeoutSeconds: integerIn(10, 900),
  reservedConcurrency: integerIn(1, 900),
}

const TASKS: Limits<TaskTier> = {
  cpuUnits: numberIn(Object.keys(MEMORY_OF_CPU).map(Number)),
  memoryMegabytes: integerIn(512, 122_880),
  timeoutSeconds: integerIn(10, DRAIN_SECONDS),
  // One task in each of two zones.
  minimumTasks: integerIn(2, 100),
  maximumTasks: integerIn(2, 100),
}

export function parseTier(raw: string): TierChoice {
  if (Object.hasOwn(TIERS, raw)) {
    const name = raw as keyof typeof TIERS
    return { lambda: TIERS[name], fargate: TASK_TIERS[name] }
  }
  if (!raw.startsWith('{')) throw new Refused(`"${raw}" is not a preset.`, { meant: nearest(raw, Object.keys(TIERS)) })
  const entries = new Map(mapOf(raw))
  const unknown = [...entries.keys()].find((name) => !Object.hasOwn(FUNCTION, name) && !Object.hasOwn(TASKS, name))
  if (unknown !== undefined) throw new Refused(`it has the unknown entry "${unknown}".`)
  // A field that only tasks have shows that the tier is for tasks.
  const ofTasks = [...entries.keys()].some((name) => !Object.hasOwn(FUNCTION, name))
  if (!ofTasks) return { lambda: figures(entries, FUNCTION) }
  const tier = figures(entries, TASKS)
  const sizes = MEMORY_OF_CPU[tier.cpuUnits] ?? []
  if (!sizes.includes(tier.memoryMegabytes))
    throw new Refused(
      `memoryMegabytes: Fargate has no ${tier.memoryMegabytes} for ${tier.cpuUnits} CPU units, but ${shown(sizes)}.`,
    )
  if (tier.maximumTasks < tier.minimumTasks)
    throw new Refused(`maximumTasks: ${tier.maximumTasks} is less than minimumTasks, ${tier.minimumTasks}.`)
  return { fargate: tier }
}

function figures<T extends object>(entries: ReadonlyMap<string, unknown>, limits: Limits<T>): T {
  const foreign = [...entries.keys()].find((name) => !Object.hasOwn(limits, name))
  if (foreign !== undefined)
    throw new Refused(`it has ${foreign}, which is a function's, and figures of tasks: give those of one.`)
  const read = Object.entries<(raw: string) => number>(limits).map(([name, parse]) => {
    const entry = entries.get(name)
    if (typeof entry !== 'number' && typeof entry !== 'string') throw new Refused(`it has no ${name}.`)
    try {
      return [name, parse(String(entry))] as const
    } catch (error) {
      throw new Refused(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  })
  return Object.fromEntries(read) as T
}

const shown = (sizes: readonly number[]) =>
  sizes.length > 4 ? `${sizes[0]}, ${sizes[1]} and so on to ${sizes.at(-1)}` : sizes.join(', ')
