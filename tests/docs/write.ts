/**
 * `npm run docs`: writes the parts of the documentation that are made of what the code says. With `-- --isolation FOLDER` docs/isolation.md
 * also shows the run of `prove` whose reports are in that folder.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { DEPTH, isolationPart } from './isolation-part.ts'
import { MADE_PARTS, withMade } from './made-parts.ts'

const { isolation } = parseArgs({ options: { isolation: { type: 'string' } } }).values
const ofRun =
  isolation === undefined ? [] : [{ file: 'docs/isolation.md', between: DEPTH, make: () => isolationPart(isolation) }]

for (const part of [...MADE_PARTS, ...ofRun]) {
  const path = join(PROJECT_DIRECTORY, part.file)
  writeFileSync(path, withMade(part, readFileSync(path, 'utf8')))
}
