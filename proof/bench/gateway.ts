/**
 * The time that the gateway adds: the deployed bundle is compared with a bare call of the AWS SDK and with a function that does nothing, side by
 * side in one run against the same stand-in. Machines differ and do other work, so only the ratios are judged.
 */
import { availableParallelism } from 'node:os'
import { BUNDLINGS, type Bundle, bundle, GATEWAY_ENTRY } from './bundles.ts'
import { type Goal, goal } from './goals.ts'
import { type StandIn, withStandIn } from './stand-in-child.ts'
import { type Launch, type Subject, start } from './subject.ts'
import { ENVIRONMENT, eventFor, USAGE_TABLE } from './tenant.ts'

export interface GatewayBenchOptions {
  /** Compares ways to bundle the gateway with each other, instead of the gateway with other programs. */
  readonly bundling: boolean
  /**
   * How often each is started. Ways to bundle differ by a millisecond or two, so they are started more often.
   * @default 15, with `bundling` 45
   */
  readonly starts?: number
  /**
   * Number of blocks of `callsPerBlock` calls; the subjects take turns.
   * @default 20
   */
  readonly blocks?: number
  /** @default 200 */
  readonly callsPerBlock?: number
  /** Reports the progress. */
  readonly progress: (text: string) => void
}

export interface Measurement {
  readonly name: string
  readonly kilobytes: number
  readonly readyMilliseconds: number
  readonly firstAnswerMilliseconds: number
  readonly warmP50Milliseconds: number
  readonly warmP99Milliseconds: number
  readonly requestsPerSecondPerCore: number
}

export interface GatewayReport {
  readonly node: string
  readonly cores: number
  readonly measurements: readonly Measurement[]
  readonly goals: readonly Goal[]
}

const GATEWAY = 'gateway (as deployed)'
const SDK_CALL = 'bare SDK call'
const EMPTY = 'empty function'
const ONE_LIMIT = 'gateway, one counter'
const ALL_LIMITS = 'gateway, three counters'
/** The programs that the gateway is compared with use the SDK unchanged, with its own chain of credentials. */
const WHOLE_SDK = { alias: {} }

export const benchGateway = (options: GatewayBenchOptions): Promise<GatewayReport> =>
  withStandIn(async (standIn) => {
    options.progress('bundling')
    const bundles = options.bundling ? await bundlings() : await comparisons()
    const measurements = await measure(bundles, await launchAgainst(standIn), options)
    return { node: process.version, cores: availableParallelism(), measurements, goals: goalsOf(measurements) }
  })

async function comparisons(): Promise<Bundle[]> {
  return [
    await bundle(EMPTY, 'proof/bench/subjects/empty.ts'),
    await bundle(SDK_CALL, 'proof/bench/subjects/sdk-call.ts', WHOLE_SDK),
    await bundle('bare SDK call, HTTP/2', 'proof/bench/subjects/sdk-call-http2.ts', WHOLE_SDK),
    await bundle('gateway on SDK clients', 'proof/bench/subjects/gateway-on-sdk.ts', WHOLE_SDK),
    await bundle(GATEWAY, GATEWAY_ENTRY),
    await bundle(ONE_LIMIT, GATEWAY_ENTRY),
    await bundle(ALL_LIMITS, GATEWAY_ENTRY),
  ]
}

async function bundlings(): Promise<Bundle[]> {
  const bundles = [await bundle(EMPTY, 'proof/bench/subjects/empty.ts')]
  for (const [name, changes] of Object.entries(BUNDLINGS)) bundles.push(await bundle(name, GATEWAY_ENTRY, changes))
  return bundles
}

async function launchAgainst({ port, caFile, token }: StandIn): Promise<Launch> {
  const runner = await bundle('runner', 'proof/bench/runner.ts')
  const environment = {
    ...ENVIRONMENT,
    EVENT: JSON.stringify(eventFor(token)),
    NODE_EXTRA_CA_CERTS: caFile,
    PORT: port,
  }
  return { runner: runner.file, environment }
}

/** Measures all subjects in turns, in small portions, so that a busy moment of the machine affects all of them alike. */
async function measure(
  bundles: readonly Bundle[],
  launch: Launch,
  { bundling, starts = bundling ? 45 : 15, blocks = 20, callsPerBlock = 200, progress }: GatewayBenchOptions,
): Promise<Measurement[]> {
  const series = bundles.map((one) => ({
    bundle: one,
    ready: [] as number[],
    first: [] as number[],
    warm: [] as number[],
  }))
  for (let round = 0; round < starts; round++) {
    progress(`cold starts ${round + 1}/${starts}`)
    // Another subject begins each time: otherwise the same one would always run after the heaviest one, while the machine is busy.
    for (const one of [...series.slice(round % series.length), ...series.slice(0, round % series.length)]) {
      const subject = await start(one.bundle, launchOf(one.bundle, launch))
      one.ready.push(subject.ready)
      one.first.push(subject.firstAnswer)
      await subject.stop()
    }
  }
  const cpu = new Map<string, number>()
  const subjects: Subject[] = []
  try {
    for (const one of series) subjects.push(await start(one.bundle, launchOf(one.bundle, launch)))
    // Calls once without measuring: the compiler has not seen the first calls often enough to optimise them.
    for (const subject of subjects) await subject.measure(2 * callsPerBlock)
    for (let block = 0; block < blocks; block++) {
      progress(`warm calls ${block + 1}/${blocks}`)
      for (const [index, one] of series.entries()) {
        const measured = await subjects[index]?.measure(callsPerBlock)
        one.warm.push(...(measured?.milliseconds ?? []))
        cpu.set(one.bundle.name, (cpu.get(one.bundle.name) ?? 0) + (measured?.cpuMicroseconds ?? 0))
      }
    }
  } finally {
    for (const subject of subjects) await subject.stop()
  }
  return series.map(({ bundle: { name, bytes }, ready, first, warm }) => ({
    name,
    kilobytes: Math.round(bytes / 102.4) / 10,
    readyMilliseconds: percentile(ready, 0.5),
    firstAnswerMilliseconds: percentile(first, 0.5),
    warmP50Milliseconds: percentile(warm, 0.5),
    warmP99Milliseconds: percentile(warm, 0.99),
    requestsPerSecondPerCore: Math.round((warm.length / (cpu.get(name) ?? Number.NaN)) * 1_000_000),
  }))
}

/** The empty function makes no connections, so it is started without what prepares them. */
function launchOf({ name }: Bundle, { runner, environment }: Launch): Launch {
  const limited = { [ONE_LIMIT]: 'genai-tenants-one-limit', [ALL_LIMITS]: 'genai-tenants-all-limits' }[name]
  if (limited) return { runner, environment: { ...environment, TABLE_NAME: limited, USAGE_TABLE } }
  if (name !== EMPTY) return { runner, environment }
  const { PORT: _, ...rest } = environment
  return { runner, environment: rest }
}

function goalsOf(measurements: readonly Measurement[]): GatewayReport['goals'] {
  const of = (name: string) => measurements.find((one) => one.name === name)
  const [gateway, call, empty, one, all] = [GATEWAY, SDK_CALL, EMPTY, ONE_LIMIT, ALL_LIMITS].map(of)
  if (!gateway || !call || !empty || !one || !all) return []
  return [
    goal('warm p50, gateway / bare SDK call', gateway.warmP50Milliseconds / call.warmP50Milliseconds, 1.2),
    goal(
      'process start to first answer, gateway / empty function',
      gateway.firstAnswerMilliseconds / empty.firstAnswerMilliseconds,
      5.5,
    ),
    // The call of the model is one round trip; a counter is two more on Lambda, before the call and before the answer.
    goal('warm p50, one counter / none', one.warmP50Milliseconds / gateway.warmP50Milliseconds, 3.5),
    // Three counters are written side by side: their round trips take as long as those of one, and anything above that is processor time.
    goal('warm p50, three counters / one', all.warmP50Milliseconds / one.warmP50Milliseconds, 2),
  ]
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
