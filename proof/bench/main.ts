/**
 * `npm run bench`: what is measured, and held against goals. `-- --help` lists the measurements. Exit code: 0 when every goal is met, 1
 * otherwise, 130 after Ctrl-C.
 */
import { parseArgs } from 'node:util'
import { onClosedOutput, surviveClosedOutput } from '../../cli/terminal/closed-output.ts'
import { endAll } from './child.ts'
import { benchGateway } from './gateway.ts'
import { benchLimits } from './limits.ts'
import { limitsTable } from './limits-table.ts'
import { benchObserving, observingTable } from './observing.ts'
import { benchScaling, scalingTable } from './scaling.ts'
import { benchStacks } from './stacks.ts'
import { stacksTable } from './stacks-table.ts'
import { benchStreams, streamsTable } from './streams.ts'
import { gatewayTable } from './table.ts'

/** How often the progress is written when the output is a file or a pipe. */
const PROGRESS_MILLISECONDS = 5_000

interface Measured {
  readonly report: { readonly goals: readonly { readonly met: boolean }[] }
  readonly table: string
}
interface Measurement {
  /** For the help. */
  readonly says: string
  readonly measure: () => Measured | Promise<Measured>
}

const gateway = async (bundling: boolean): Promise<Measured> => {
  const report = await benchGateway({ bundling, progress })
  return { report, table: gatewayTable(report) }
}

const DEFAULT: Measurement = {
  says: 'the request function against a bare SDK call and an empty function',
  measure: () => gateway(false),
}
/** Each is an option of its own. */
const OTHERS = {
  bundling: { says: 'ways to bundle the request function', measure: () => gateway(true) },
  streams: {
    says: "streams of the gateway's server against a byte proxy",
    async measure() {
      const report = await benchStreams({ progress })
      return { report, table: streamsTable(report) }
    },
  },
  limits: {
    says: 'what limits add to a request, on Lambda and on Fargate',
    async measure() {
      const report = await benchLimits({ progress })
      return { report, table: limitsTable(report) }
    },
  },
  stacks: {
    says: 'what tenants cost to deploy',
    async measure() {
      const report = await benchStacks({ progress })
      return { report, table: stacksTable(report) }
    },
  },
  console: {
    says: 'what the console costs a request of the local cloud',
    async measure() {
      const report = await benchObserving({ progress })
      return { report, table: observingTable(report) }
    },
  },
  scaling: {
    says: 'a simulation of what scaling follows; it has no goal',
    measure() {
      const results = benchScaling()
      return { report: { results, goals: [] }, table: scalingTable(results) }
    },
  },
} as const satisfies Readonly<Record<string, Measurement>>
type Name = keyof typeof OTHERS
const NAMES = Object.keys(OTHERS) as Name[]

const USAGE = `Usage: npm run bench -- [--json] [${NAMES.map((name) => `--${name}`).join(' | ')}]`
const line = (option: string, says: string) => `  ${option.padEnd(12)}${says}`
const HELP = [
  USAGE,
  '',
  `Without an option: ${DEFAULT.says}.`,
  '',
  ...NAMES.map((name) => line(`--${name}`, OTHERS[name].says)),
  line('--json', 'the figures as JSON'),
  line('--help', 'this text'),
  '',
  'Exit code: 0 when every goal is met, 1 otherwise.',
].join('\n')

let told = Number.NEGATIVE_INFINITY
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
  else if (performance.now() - told > PROGRESS_MILLISECONDS) {
    told = performance.now()
    process.stderr.write(`${text}\n`)
  }
}

function stop(): never {
  endAll()
  process.stderr.write('\nStopped; nothing was measured.\n')
  process.exit(130)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
surviveClosedOutput()
onClosedOutput(stop)

try {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      ...(Object.fromEntries(NAMES.map((name) => [name, { type: 'boolean' }])) as Record<Name, { type: 'boolean' }>),
    },
  })
  const chosen = NAMES.filter((name) => values[name])
  if (values.help) process.stdout.write(`${HELP}\n`)
  else if (chosen.length > 1)
    throw new Error(`${chosen.map((name) => `--${name}`).join(' and ')} are different measurements: choose one.`)
  else await measure(chosen[0] === undefined ? DEFAULT : OTHERS[chosen[0]], values.json ?? false)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
  process.exitCode = 1
}

async function measure(measurement: Measurement, json: boolean): Promise<void> {
  const { report, table } = await measurement.measure()
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : table}\n`)
  if (report.goals.some(({ met }) => !met)) process.exitCode = 1
}
