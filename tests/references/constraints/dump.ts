/**
 * Deploys the two worlds that between them declare everything that the programs can, and writes every declared resource, for
 * `constraints.py --values` and `--unmapped`. Usage: node tests/references/constraints/dump.ts FILE.json
 */
import { writeFileSync } from 'node:fs'
import { recordLifeCycles } from '../../policies/life-cycle.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('Name the file to write.')
const lives = await recordLifeCycles()
writeFileSync(
  file,
  JSON.stringify(
    lives.flatMap(({ declared }) => declared),
    undefined,
    1,
  ),
)
// What the worlds left open, such as connections that are kept alive, holds nobody up.
process.exit()
