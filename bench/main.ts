/** `npm run bench`: the gateway's speed. `-- --json` for machines, `-- --bundling` to compare ways to bundle it. */
import { parseArgs } from 'node:util'
import { benchGateway } from './gateway.ts'
import { gatewayTable } from './table.ts'

const USAGE = 'Usage: npm run bench -- [--json] [--bundling]'

try {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, bundling: { type: 'boolean' } } })
  const progress = process.stderr.isTTY ? (text: string) => process.stderr.write(`\r\u001b[K${text}`) : () => {}
  const report = await benchGateway({ bundling: values.bundling ?? false, progress })
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : gatewayTable(report)}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
  process.exitCode = 1
}
