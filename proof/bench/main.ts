/**
 * `npm run bench`: the gateway's speed. `-- --json` for machines, `-- --bundling` to compare ways to bundle it, `-- --streams` for
 * streams of the server against a byte proxy, `-- --stacks` for what tenants cost to deploy, `-- --console` for what the console costs
 * a request of the local cloud, `-- --scaling` for a simulation of what scaling follows. Exit code: 0 when every goal is met, 1 otherwise, 130 after Ctrl-C.
 */
import { parseArgs } from 'node:util'
import { onClosedOutput, surviveClosedOutput } from '../../cli/terminal/closed-output.ts'
import { endAll } from './child.ts'
import { benchGateway } from './gateway.ts'
import { benchObserving, observingTable } from './observing.ts'
import { benchScaling, scalingTable } from './scaling.ts'
import { benchStacks } from './stacks.ts'
import { stacksTable } from './stacks-table.ts'
import { benchStreams, streamsTable } from './streams.ts'
import { gatewayTable } from './table.ts'

const USAGE = 'Usage: npm run bench -- [--json] [--bundling | --streams | --stacks | --console | --scaling]'
/** How often a file or a pipe is told what is going on. */
const PROGRESS_MILLISECONDS = 5_000

/** No goal: it decided something once, and says why. */
function scalingReport() {
  const results = benchScaling()
  return { report: { results, goals: [] as { met: boolean }[] }, table: scalingTable(results) }
}

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
      bundling: { type: 'boolean' },
      streams: { type: 'boolean' },
      stacks: { type: 'boolean' },
      console: { type: 'boolean' },
      scaling: { type: 'boolean' },
    },
  })
  const chosen = [values.bundling, values.streams, values.stacks, values.console, values.scaling].filter(Boolean)
  if (chosen.length > 1)
    throw new Error('--bundling, --streams, --stacks, --console and --scaling are different measurements: choose one.')
  const { report, table } = values.scaling
    ? scalingReport()
    : values.stacks
      ? await benchStacks({ progress }).then((report) => ({ report, table: stacksTable(report) }))
      : values.console
        ? await benchObserving({ progress }).then((report) => ({ report, table: observingTable(report) }))
        : values.streams
          ? await benchStreams({ progress }).then((report) => ({ report, table: streamsTable(report) }))
          : await benchGateway({ bundling: values.bundling ?? false, progress }).then((report) => ({
              report,
              table: gatewayTable(report),
            }))
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : table}\n`)
  if (report.goals.some(({ met }) => !met)) process.exitCode = 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
  process.exitCode = 1
}
