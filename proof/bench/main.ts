/**
 * `npm run bench`: the gateway's speed. `-- --json` for machines, `-- --bundling` to compare ways to bundle it, `-- --streams` for
 * streams of the server against a byte proxy, `-- --stacks` for what tenants cost to deploy. Exit code: 0 when every goal is met, 1 otherwise, 130 after Ctrl-C.
 */
import { parseArgs } from 'node:util'
import { onClosedOutput, surviveClosedOutput } from '../../cli/terminal/closed-output.ts'
import { endAll } from './child.ts'
import { benchGateway } from './gateway.ts'
import { benchStacks } from './stacks.ts'
import { stacksTable } from './stacks-table.ts'
import { benchStreams, streamsTable } from './streams.ts'
import { gatewayTable } from './table.ts'

const USAGE = 'Usage: npm run bench -- [--json] [--bundling | --streams | --stacks]'
/** How often a file or a pipe is told what is going on. */
const PROGRESS_MILLISECONDS = 5_000

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
    },
  })
  const chosen = [values.bundling, values.streams, values.stacks].filter(Boolean)
  if (chosen.length > 1) throw new Error('--bundling, --streams and --stacks are different measurements: choose one.')
  const { report, table } = values.stacks
    ? await benchStacks({ progress }).then((report) => ({ report, table: stacksTable(report) }))
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
