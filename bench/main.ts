/**
 * `npm run bench`: the gateway's speed. `-- --json` for machines, `-- --bundling` to compare ways to bundle it, `-- --stacks` for
 * what tenants cost to deploy.
 */
import { parseArgs } from 'node:util'
import { benchGateway } from './gateway.ts'
import { benchStacks, stacksTable } from './stacks.ts'
import { gatewayTable } from './table.ts'

const USAGE = 'Usage: npm run bench -- [--json] [--bundling | --stacks]'

try {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, bundling: { type: 'boolean' }, stacks: { type: 'boolean' } },
  })
  if (values.bundling && values.stacks) throw new Error('--bundling and --stacks are two measurements: choose one.')
  const progress = process.stderr.isTTY ? (text: string) => process.stderr.write(`\r\u001b[K${text}`) : () => {}
  const { report, table } = values.stacks
    ? await benchStacks({ progress }).then((report) => ({ report, table: stacksTable(report) }))
    : await benchGateway({ bundling: values.bundling ?? false, progress }).then((report) => ({
        report,
        table: gatewayTable(report),
      }))
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : table}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
  process.exitCode = 1
}
