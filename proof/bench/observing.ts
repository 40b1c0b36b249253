/**
 * What the console adds to a request of the local cloud. The same requests are sent in one process in turns: with nobody watching, with the
 * console's observer, and with a page that reads its events as well. Neighbouring turns are compared, so that other work on the machine affects
 * both alike. The figure is the processor time of the local cloud's process, which includes the client of the requests, because the duration of
 * a request on a busy machine depends more on the other work.
 */
import { spawn } from 'node:child_process'
import { openConsole } from '../../cli/console/console.ts'
import { faultCommand } from '../../cli/fault/switch.ts'
import { startPlatform } from '../harness/platform.ts'
import { type Goal, goal, median, type Spread, spread, verdicts } from './goals.ts'

const ROUNDS = 60
const REQUESTS = 8
const WARM = 100
/** How much the processor time may be, as a multiple of the time without a console. */
const MOST = 1.05

export interface ObservingReport {
  readonly rounds: number
  readonly requests: number
  /** Milliseconds of processor time for each request, medians of the rounds. */
  readonly alone: number
  readonly watched: number
  readonly read: number
  /** Percent more than alone: the median of the differences of the single rounds, and the interval that contains the middle half of them. */
  readonly watchedMore: Spread
  readonly readMore: Spread
  readonly goals: readonly Goal[]
}

export async function benchObserving({
  progress,
}: {
  readonly progress: (text: string) => void
}): Promise<ObservingReport> {
  progress('starting the platform')
  // More requests than the firewall lets one address send.
  const platform = await startPlatform({ settings: { hub: { wafRateLimit: 2_000_000_000 } } })
  const { cloud } = platform
  let attach = () => () => {}
  const watched = await openConsole({
    cloud: {
      ledger: cloud.ledger,
      organization: cloud.organization,
      watch(observer) {
        attach = () => cloud.watch(observer)
        return () => {}
      },
    },
    faults: faultCommand(cloud),
    limits: async () => [],
  })
  try {
    await platform.token('tenant1')
    const turn = async () => {
      const started = process.cpuUsage()
      for (let request = 0; request < REQUESTS; request += 1) {
        const { status } = await platform.invoke('tenant1')
        if (status !== 200) throw new Error(`The gateway answered ${status}`)
      }
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1_000 / REQUESTS
    }
    const observed = async () => {
      const stop = attach()
      const taken = await turn()
      stop()
      return taken
    }
    for (let request = 0; request < WARM; request += 1) await platform.invoke('tenant1')
    const first = await compare(turn, observed, (round) => progress(`observer: round ${round} of ${ROUNDS}`))
    const reader = await readEvents(watched.url)
    const second = await compare(turn, observed, (round) => progress(`with a page: round ${round} of ${ROUNDS}`))
    reader.kill()
    const spreads = [spread(first.more), spread(second.more)] as const
    return {
      rounds: ROUNDS,
      requests: REQUESTS,
      alone: median([...first.alone, ...second.alone]),
      watched: median(first.watched),
      read: median(second.watched),
      watchedMore: spreads[0],
      readMore: spreads[1],
      goals: [
        goal('a request with an observer, of one without', 1 + spreads[0].median / 100, MOST),
        goal('a request with an open page, of one without', 1 + spreads[1].median / 100, MOST),
      ],
    }
  } finally {
    watched.close()
    await platform.close()
  }
}

/** Each round measures without, with, with and without. Whatever gets slower or faster in the meantime affects both alike. */
async function compare(turn: () => Promise<number>, observed: () => Promise<number>, told: (round: number) => void) {
  const [alone, watched, more]: [number[], number[], number[]] = [[], [], []]
  for (let round = 1; round <= ROUNDS; round += 1) {
    told(round)
    const turns = [await turn(), await observed(), await observed(), await turn()] as const
    const [without, withIt] = [(turns[0] + turns[3]) / 2, (turns[1] + turns[2]) / 2]
    alone.push(without)
    watched.push(withIt)
    more.push(100 * (withIt / without - 1))
  }
  return { alone, watched, more }
}

/** Reads the events in a separate process, as a browser does. */
async function readEvents(url: string): Promise<{ kill(): void }> {
  const program = `const [,url]=process.argv;const {origin,hash}=new URL(url);
    const response=await fetch(origin+'/api/events',{headers:{authorization:'Bearer '+hash.slice(1)}});
    process.stdout.write('reading');try{for await(const chunk of response.body) JSON.stringify(chunk.length)}catch{}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((reading) => child.stdout.once('data', reading))
  return { kill: () => void child.kill() }
}

export function observingTable({
  rounds,
  requests,
  alone,
  watched,
  read,
  watchedMore,
  readMore,
  goals,
}: ObservingReport): string {
  const line = (name: string, figure: number, more?: Spread) =>
    `${name.padEnd(26)} ${figure.toFixed(2).padStart(7)} ms of the processor a request${more ? `  ${more.median.toFixed(1)} % more (half of the rounds: ${more.from.toFixed(1)} to ${more.to.toFixed(1)} %)` : ''}`
  return [
    `${rounds} rounds of 4 turns of ${requests} requests, one after another, each twice with and twice without`,
    '',
    line('nobody watches', alone),
    line('the console observes', watched, watchedMore),
    line('and a page is open', read, readMore),
    '',
    ...verdicts(goals),
  ].join('\n')
}
