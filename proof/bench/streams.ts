/**
 * What the gateway's server adds to a stream, compared with a proxy that passes on bytes, side by side in one run; and correctness checks that
 * must pass whatever the speed is.
 */
import { once } from 'node:events'
import { bundle } from './bundles.ts'
import { type Goal, goal, median, verdicts } from './goals.ts'
import { type StandIn, withStandIn } from './stand-in-child.ts'
import type { Closed, Plan } from './stand-in-stream.ts'
import { CHAT, CONVERSE, type StreamSubject, startServer } from './stream-subject.ts'
import { ENVIRONMENT } from './tenant.ts'

export interface StreamMeasurement {
  readonly name: string
  readonly firstByteMilliseconds: number
  readonly cpuMicrosecondsAPacedChunk: number
  readonly saturatedChunksACore: number
  readonly firstByteAt16Milliseconds: number
  readonly residentMegabytesAt200: number
}

export interface StreamsReport {
  readonly measurements: readonly StreamMeasurement[]
  readonly goals: readonly Goal[]
}

const PROXY = 'byte proxy'
const GATEWAY = 'gateway, chat completions'
const PLAN: Plan = { frames: 40, milliseconds: 0, end: 'whole' }

export const benchStreams = ({ progress }: { progress: (text: string) => void }): Promise<StreamsReport> =>
  withStandIn((standIn) => streamsAgainst(standIn, progress))

async function streamsAgainst(
  { child, port, caFile, token }: StandIn,
  progress: (text: string) => void,
): Promise<StreamsReport> {
  const subjects: StreamSubject[] = []
  try {
    progress('bundling')
    const probe = await bundle('probe', 'proof/bench/probe.ts')
    const proxy = await bundle(PROXY, 'proof/bench/subjects/byte-proxy.ts')
    const server = await bundle('server', 'functions/gateway/server.ts')
    const environment = { ...ENVIRONMENT, STAND_IN_PORT: port, NODE_EXTRA_CA_CERTS: caFile }
    const launch = { probe: probe.file, environment, token }
    subjects.push(await startServer(PROXY, proxy.file, CONVERSE, launch))
    subjects.push(await startServer('gateway, converse-stream', server.file, CONVERSE, launch))
    subjects.push(await startServer(GATEWAY, server.file, CHAT, launch))
    const measurements = await measure(subjects, progress)
    progress('gates')
    const gates = await correctness(subjects.slice(1), child)
    return { measurements, goals: [...goalsOf(measurements), ...gates] }
  } finally {
    for (const subject of subjects) await subject.stop()
  }
}

/** Measures all subjects in turns, in small portions, so that a busy moment of the machine affects all of them alike. */
async function measure(
  subjects: readonly StreamSubject[],
  progress: (text: string) => void,
): Promise<StreamMeasurement[]> {
  const series = subjects.map((subject) => ({
    subject,
    first: [] as number[],
    paced: [] as number[],
    saturated: [] as number[],
    at16: [] as number[],
    resident: 0,
  }))
  for (const { subject } of series) await together(200, () => subject.stream(PLAN), 8)
  for (let round = 0; round < 10; round++) {
    progress(`streams ${round + 1}/10`)
    for (const one of series) {
      const { subject } = one
      for (let call = 0; call < 30; call++) one.first.push((await subject.stream(PLAN)).firstByteMilliseconds)
      const paced = { ...PLAN, milliseconds: 10 }
      const before = await subject.usage()
      const streams = await together(16, () => subject.stream(paced), 16)
      const between = await subject.usage()
      one.paced.push((between.cpuMicroseconds - before.cpuMicroseconds) / (16 * (PLAN.frames + 2)))
      one.at16.push(...streams.map(({ firstByteMilliseconds }) => firstByteMilliseconds))
      await together(16, () => subject.stream({ ...PLAN, frames: 400 }), 16)
      const after = await subject.usage()
      one.saturated.push((16 * 400 * 1_000_000) / (after.cpuMicroseconds - between.cpuMicroseconds))
    }
  }
  for (const one of series) {
    progress(`200 streams of ${one.subject.name}`)
    const streams = together(200, () => one.subject.stream({ ...PLAN, milliseconds: 50 }), 200)
    let over = false
    void streams.finally(() => {
      over = true
    })
    while (!over) {
      one.resident = Math.max(one.resident, (await one.subject.usage()).residentBytes)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await streams
  }
  return series.map(({ subject: { name }, first, paced, saturated, at16, resident }) => ({
    name,
    firstByteMilliseconds: median(first),
    cpuMicrosecondsAPacedChunk: median(paced),
    saturatedChunksACore: median(saturated),
    firstByteAt16Milliseconds: median(at16),
    residentMegabytesAt200: resident / 1_048_576,
  }))
}

async function together<T>(count: number, work: () => Promise<T>, atOnce: number): Promise<T[]> {
  const results: T[] = []
  let left = count
  const worker = async () => {
    while (left-- > 0) results.push(await work())
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

function goalsOf(measurements: readonly StreamMeasurement[]): Goal[] {
  const proxy = measurements.find(({ name }) => name === PROXY)
  const gateway = measurements.find(({ name }) => name === GATEWAY)
  if (!proxy || !gateway) return []
  const against = (figure: (one: StreamMeasurement) => number) => figure(gateway) / figure(proxy)
  return [
    goal(
      'first byte, gateway / byte proxy',
      against((one) => one.firstByteMilliseconds),
      3,
    ),
    goal(
      'CPU a paced chunk, gateway / byte proxy',
      against((one) => one.cpuMicrosecondsAPacedChunk),
      2,
    ),
    goal('saturated chunks a core, byte proxy / gateway', 1 / against((one) => one.saturatedChunksACore), 2.5),
    goal(
      'first byte at 16 paced streams, gateway / byte proxy',
      against((one) => one.firstByteAt16Milliseconds),
      2.5,
    ),
    goal(
      'memory at 200 streams, gateway / byte proxy',
      against((one) => one.residentMegabytesAt200),
      1.5,
    ),
  ]
}

/** Each check is a number of failures, which must be 0. */
async function correctness(gateways: readonly StreamSubject[], standIn: StandIn['child']): Promise<Goal[]> {
  const goals: Goal[] = []
  const none = (text: string, failures: number) => goals.push(goal(text, failures, 0))
  for (const gateway of gateways) {
    const times: number[] = []
    for (let round = 0; round < 20; round++) {
      const heard: Closed[] = []
      const hear = (closed: Closed) => heard.push(closed)
      standIn.on('message', hear)
      const left = await gateway.leave({ frames: 1_000, milliseconds: 10, end: 'whole' })
      // Streams that were cut earlier are reported as closed too.
      const mine = () => heard.find(({ closedAt }) => closedAt >= left)
      while (!mine()) await once(standIn, 'message')
      standIn.off('message', hear)
      times.push((mine()?.closedAt ?? Number.NaN) - left)
    }
    goals.push(
      goal(`${gateway.name}: milliseconds until the model is closed for a client that left`, median(times), 50),
    )
    const bad = { cut: 0, early: 0, exception: 0 }
    for (const end of ['cut', 'early', 'exception'] as const) {
      for (let round = 0; round < 20; round++) {
        const { text } = await gateway.stream({ frames: 5, milliseconds: 0, end })
        if (text.includes('[DONE]') || !/"error":\{|Exception/.test(text)) bad[end]++
      }
    }
    none(
      `${gateway.name}: an exception, a cut or an early end without an error, or with a normal end`,
      bad.cut + bad.early + bad.exception,
    )
    const { firstAt, lastAt } = await gateway.stream({ frames: 5, milliseconds: 100, end: 'whole' })
    none(`${gateway.name}: the first chunk is held back`, lastAt - firstAt < 300 ? 1 : 0)
  }
  return goals
}

export function streamsTable({ measurements, goals }: StreamsReport): string {
  const [proxy] = measurements
  const row = (one: StreamMeasurement) =>
    [
      one.name.padEnd(26),
      figure(one, proxy, (of) => of.firstByteMilliseconds, 2),
      figure(one, proxy, (of) => of.cpuMicrosecondsAPacedChunk, 0),
      figure(one, proxy, (of) => of.saturatedChunksACore, 0),
      figure(one, proxy, (of) => of.firstByteAt16Milliseconds, 2),
      figure(one, proxy, (of) => of.residentMegabytesAt200, 0),
    ].join('  ')
  const head = [
    'first byte ms',
    'CPU µs a paced chunk',
    'saturated chunks/s a core',
    'first byte ms at 16',
    'MB at 200 streams',
  ]
  return [
    `${''.padEnd(26)}  ${head.map((title) => title.padStart(26)).join('  ')}`,
    ...measurements.map(row),
    '',
    ...verdicts(goals),
  ].join('\n')
}

function figure(
  one: StreamMeasurement,
  base: StreamMeasurement | undefined,
  of: (measurement: StreamMeasurement) => number,
  digits: number,
): string {
  const text = of(one).toFixed(digits)
  return (base ? `${text} (×${(of(one) / of(base)).toFixed(2)})` : text).padStart(26)
}
