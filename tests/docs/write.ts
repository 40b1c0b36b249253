/** `npm run docs`: writes the parts of the documentation that are made of what the code says. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stacks.ts'
import { MADE_PARTS, withMade } from './made-parts.ts'

for (const part of MADE_PARTS) {
  const path = join(PROJECT_DIRECTORY, part.file)
  writeFileSync(path, withMade(part, readFileSync(path, 'utf8')))
}
