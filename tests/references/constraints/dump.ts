/**
 * Deploys the sample stacks into a local cloud and writes every declared resource, for `constraints.py --values`.
 * Usage: node tests/references/constraints/dump.ts FILE.json
 */
import { writeFileSync } from 'node:fs'
import { startPlatform } from '../../../proof/harness/platform.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('Name the file to write.')
const platform = await startPlatform({ settings: { 'spoke-tenant1': { modelInvocationLogging: true } } })
try {
  writeFileSync(file, JSON.stringify(platform.cloud.ledger.all(), undefined, 1))
} finally {
  await platform.close()
}
