/**
 * What limits cost a request: the gateway as a function and as a server, without limits, with one counter and with three, in turns, in
 * one run. The stand-in's table answers after a known time, and some subjects have a slower one: by how much they are slower is how
 * many of the table's round trips a caller waits for, whatever else the machine does.
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { bundle, GATEWAY_ENTRY } from './bundles.ts'
import { type Goal, goal, median, type Spread, spread } from './goals.ts'
import { type StandIn, withStandIn } from './stand-in-child.ts'
import { WRITES, type Writes } from './stand-in-server.ts'
import { INVOKE, startServer } from './stream-subject.ts'
import { type Launch, start } from './subject.ts'
import { ENVIRONMENT, eventFor, type LIMITED, slowUsageTable } from './tenant.ts'

/** Milliseconds after which the two tables answer. */
export const TABLE_MILLISECONDS = { fast: 5, slow: 45 } as const
const ROUNDS = 24
const CALLS = 8
const WARM = 100
/** How much above the whole number of round trips is accepted: a timer fires late, and later on a busy machine. */
const LATE = 0.25
/** US dollars for a million writes of up to 1 KB, on demand, us-east-1. A counter's item is smaller, as long as few requests are under way. */
const MILLION_WRITES_DOLLARS = 0.625

const COMPUTES = ['Lambda', 'Fargate'] as const
export type Compute = (typeof COMPUTES)[number]

/** How many counters a request of the table's tenant has. */
const COUNTERS = { 'genai-tenants-one-limit': 1, 'genai-tenants-all-limits': 3 } as const satisfies Record<
  keyof typeof LIMITED,
  number
>

export interface LimitsMeasurement {
  readonly compute: Compute
  readonly counters: number
  /** Of a request without limits, and with them at a table that answers after `TABLE_MILLISECONDS.fast`. */
  readonly withoutMilliseconds: number
  readonly withMilliseconds: number
  /** How much longer a request takes than one without limits in the same round. */
  readonly addedMilliseconds: Spread
  /** Round trips of the table that a caller waits for, one figure a round. */
  readonly roundTrips: Spread
  readonly writesARequest: number
  readonly dollarsAMillionRequests: number
}

export interface LimitsReport {
  readonly node: string
  readonly cores: number
  readonly rounds: number
  readonly calls: number
  readonly measurements: readonly LimitsMeasurement[]
  readonly goals: readonly Goal[]
}

interface Asked {
  /** Milliseconds of each of so many requests, one after the other. */
  ask(requests: number): Promise<readonly number[]>
  stop(): Promise<void>
}

interface Subject extends Asked {
  readonly compute: Compute
  readonly counters: number
  /** Absent without limits. */
  readonly speed?: keyof typeof TABLE_MILLISECONDS
  readonly usageTable: string
  requests: number
  /** The median of each round, and its fastest request: the one that others of the machine have disturbed least. */
  readonly rounds: number[]
  readonly fastest: number[]
}

export const benchLimits = ({ progress }: { progress: (text: string) => void }): Promise<LimitsReport> =>
  withStandIn((standIn) => limitsAgainst(standIn, progress))

async function limitsAgainst(standIn: StandIn, progress: (text: string) => void): Promise<LimitsReport> {
  const subjects: Subject[] = []
  try {
    progress('bundling')
    const begin = await starter(standIn)
    for (const compute of COMPUTES) {
      subjects.push(await begin(compute))
      for (const table of Object.keys(COUNTERS) as (keyof typeof COUNTERS)[])
        for (const speed of ['fast', 'slow'] as const) subjects.push(await begin(compute, table, speed))
    }
    await inTurns(subjects, progress)
    standIn.child.send(WRITES)
    const [writes] = (await once(standIn.child, 'message')) as [Writes]
    const measurements = measurementsOf(subjects, writes)
    return {
      node: process.version,
      cores: availableParallelism(),
      rounds: ROUNDS,
      calls: CALLS,
      measurements,
      goals: goalsOf(measurements),
    }
  } finally {
    for (const subject of subjects) await subject.stop()
  }
}

type Begin = (
  compute: Compute,
  table?: keyof typeof COUNTERS,
  speed?: keyof typeof TABLE_MILLISECONDS,
) => Promise<Subject>

/** Bundles both programs. */
async function starter({ port, caFile, token }: StandIn): Promise<Begin> {
  const gateway = await bundle('gateway (as deployed)', GATEWAY_ENTRY)
  const server = await bundle('server', 'functions/gateway/server.ts')
  const runner = await bundle('runner', 'proof/bench/runner.ts')
  const probe = await bundle('probe', 'proof/bench/probe.ts')
  const EVENT = JSON.stringify(eventFor(token))
  return async (compute, table, speed) => {
    const counters = table === undefined ? 0 : COUNTERS[table]
    const usageTable = slowUsageTable(`${compute}-${counters}`, speed === undefined ? 0 : TABLE_MILLISECONDS[speed])
    const environment = {
      ...ENVIRONMENT,
      NODE_EXTRA_CA_CERTS: caFile,
      USAGE_TABLE: usageTable,
      ...(table !== undefined && { TABLE_NAME: table }),
    }
    const asked =
      compute === 'Lambda'
        ? await asFunction({ runner: runner.file, environment: { ...environment, EVENT, PORT: port } })
        : await asServer({ ...environment, STAND_IN_PORT: port })
    return {
      ...asked,
      compute,
      counters,
      ...(speed !== undefined && { speed }),
      usageTable,
      requests: 0,
      rounds: [],
      fastest: [],
    }
  }

  async function asFunction(launch: Launch): Promise<Asked> {
    const subject = await start(gateway, launch)
    return {
      ask: async (requests) => (await subject.measure(requests)).milliseconds,
      stop: () => subject.stop(),
    }
  }

  async function asServer(environment: Readonly<Record<string, string>>): Promise<Asked> {
    const subject = await startServer('server', server.file, INVOKE, { probe: probe.file, environment, token })
    return {
      async ask(requests) {
        const milliseconds: number[] = []
        for (let request = 0; request < requests; request++) {
          const { firstByteMilliseconds, firstAt, lastAt } = await subject.stream()
          milliseconds.push(firstByteMilliseconds + lastAt - firstAt)
        }
        return milliseconds
      },
      stop: () => subject.stop(),
    }
  }
}

/** Each round begins with another subject, so that a busy moment of the machine does not always slow down the same one. */
async function inTurns(subjects: readonly Subject[], progress: (text: string) => void): Promise<void> {
  // Calls once without measuring: the compiler has not seen the first calls often enough to optimise them.
  for (const [index, subject] of subjects.entries()) {
    progress(`warming up ${index + 1}/${subjects.length}`)
    await ask(subject, WARM)
  }
  for (let round = 0; round < ROUNDS; round++) {
    progress(`rounds ${round + 1}/${ROUNDS}`)
    const turn = round % subjects.length
    for (const subject of [...subjects.slice(turn), ...subjects.slice(0, turn)]) {
      const milliseconds = await ask(subject, CALLS)
      subject.rounds.push(median(milliseconds))
      subject.fastest.push(Math.min(...milliseconds))
    }
  }
}

async function ask(subject: Subject, requests: number): Promise<readonly number[]> {
  subject.requests += requests
  return await subject.ask(requests)
}

function measurementsOf(subjects: readonly Subject[], writes: Writes): readonly LimitsMeasurement[] {
  const { fast, slow } = TABLE_MILLISECONDS
  return subjects
    .filter(({ speed }) => speed === 'fast')
    .map((limited) => {
      const { compute, counters, usageTable, requests } = limited
      const other = (more: Partial<Subject>) => {
        const found = subjects.find(
          (one) => one.compute === compute && one.counters === more.counters && one.speed === more.speed,
        )
        if (!found) throw new Error(`No subject on ${compute} with ${more.counters} counters.`)
        return found
      }
      const without = other({ counters: 0 })
      const slower = other({ counters, speed: 'slow' })
      const more = (of: 'rounds' | 'fastest', one: Subject, than: Subject) =>
        one[of].map((milliseconds, round) => milliseconds - (than[of][round] ?? Number.NaN))
      // A function answers once before it is asked, so that it has written for one request more.
      const written = (writes[usageTable] ?? 0) / (requests + (compute === 'Lambda' ? 1 : 0))
      return {
        compute,
        counters,
        withoutMilliseconds: median(without.rounds),
        withMilliseconds: median(limited.rounds),
        addedMilliseconds: spread(more('rounds', limited, without)),
        roundTrips: spread(more('fastest', slower, limited).map((milliseconds) => milliseconds / (slow - fast))),
        writesARequest: written,
        dollarsAMillionRequests: written * MILLION_WRITES_DOLLARS,
      }
    })
}

/** A function waits for its settling too, since nothing runs after its answer; a server does not. */
const ROUND_TRIPS: Readonly<Record<Compute, number>> = { Lambda: 2, Fargate: 1 }

function goalsOf(measurements: readonly LimitsMeasurement[]): readonly Goal[] {
  return measurements.map(({ compute, counters, roundTrips }) =>
    goal(
      `round trips of the table that a caller waits for, ${compute}, ${counters} counter${counters === 1 ? '' : 's'}`,
      roundTrips.median,
      ROUND_TRIPS[compute] + LATE,
    ),
  )
}
