/**
 * What tenants cost to deploy on door one, and whether many cost more each than few. Every size in a process of its own.
 * Time is judged by the processor's: machines are busy with other things.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import type { Deployed } from './stacks-child.ts'
import { tableOf } from './text.ts'

export interface Size extends Deployed {
  readonly tenants: number
}

export interface StacksReport {
  readonly node: string
  readonly cores: number
  readonly sizes: readonly Size[]
  readonly goals: readonly {
    readonly goal: string
    readonly ratio: number
    readonly most: number
    readonly met: boolean
  }[]
}

const SIZES = [5, 50, 90]
/** Of what the fewest cost, multiplied. */
const MOST_GROWTH = 1.3
/** Deploying one more tenant, in seconds. */
const MOST_SECONDS = 2

export interface StacksBenchOptions {
  /** Numbers of tenants, the fewest first. @default 5, 50, 90 */
  readonly sizes?: readonly number[]
  readonly progress: (text: string) => void
}

export async function benchStacks({ sizes = SIZES, progress }: StacksBenchOptions): Promise<StacksReport> {
  const measured: Size[] = []
  for (const tenants of sizes) {
    progress(`a hub and ${tenants} tenants`)
    measured.push({ tenants, ...(await deployIn(tenants)) })
  }
  return { node: process.version, cores: availableParallelism(), sizes: measured, goals: goalsOf(measured) }
}

async function deployIn(tenants: number): Promise<Deployed> {
  const file = path.join(import.meta.dirname, 'stacks-child.ts')
  const child = fork(file, [String(tenants)], { execArgv: ['--expose-gc'] })
  const ended = once(child, 'exit')
  let deployed: Deployed | undefined
  child.on('message', (message) => {
    deployed = message as Deployed
  })
  const [code] = await ended
  if (!deployed || code !== 0) throw new Error(`Deploying ${tenants} tenants ended with ${code}, and its own message.`)
  return deployed
}

/** Between processes, what warms up the compiler makes the few dearer; growth within the largest is judged besides. */
function goalsOf(sizes: readonly Size[]): StacksReport['goals'] {
  const [few, many] = [sizes[0], sizes.at(-1)]
  if (!few || !many || few === many) return []
  const times = many.tenants / few.tenants
  const goal = (text: string, ratio: number, most: number) => ({ goal: text, ratio, most, met: ratio <= most })
  const linear = (what: string) => `${what} of ${many.tenants} tenants / ${times} × that of ${few.tenants}`
  const last = Math.max(...many.milliseconds.slice(-10))
  return [
    goal(linear('processor time'), many.cpuMilliseconds / (times * few.cpuMilliseconds), MOST_GROWTH),
    goal(linear('time'), sum(many.milliseconds) / (times * sum(few.milliseconds)), MOST_GROWTH),
    goal(linear('memory'), many.heapBytes / (times * few.heapBytes), MOST_GROWTH),
    // Warm on both sides, which the first tenants are not: growth within one process.
    goal(
      `median time of the last 10 of ${many.tenants} tenants / of the 6th to 15th`,
      median(many.milliseconds.slice(-10)) / median(many.milliseconds.slice(5, 15)),
      MOST_GROWTH,
    ),
    goal(`seconds for one more tenant, the slowest of the last 10 of ${many.tenants}`, last / 1000, MOST_SECONDS),
  ]
}

export function stacksTable({ node, cores, sizes, goals }: StacksReport): string {
  const head = [
    'tenants',
    'resources',
    'hub ms',
    'ms per tenant',
    'median of last 5',
    'CPU ms per tenant',
    'KB per tenant',
  ]
  const rows = sizes.map(({ tenants, resources, hubMilliseconds, milliseconds, cpuMilliseconds, heapBytes }) =>
    [
      tenants,
      resources,
      hubMilliseconds,
      sum(milliseconds) / tenants,
      median(milliseconds.slice(-5)),
      cpuMilliseconds / tenants,
      heapBytes / 1024 / tenants,
    ].map((figure) => figure.toFixed(0)),
  )
  const verdicts = goals.map(
    ({ goal, ratio, most, met }) => `${met ? 'met   ' : 'MISSED'} ${goal}: ${ratio.toFixed(2)} (goal: at most ${most})`,
  )
  const title = `Node ${node}, ${cores} cores, in-process deployments, one tenant after the other`
  return [title, '', ...tableOf(head, rows), '', ...verdicts].join('\n')
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
