/** The provider, asked about everything that the programs declare: deployed once, as that takes longer than all the questions. */
import { deletions } from './deletions.ts'
import { drift } from './drift.ts'
import { imports } from './imports.ts'
import { partialCreations } from './partial.ts'
import { replacements } from './replacements.ts'
import { unknowns } from './unknowns.ts'
import { worlds } from './world.ts'

const all = await worlds()

replacements(all)
imports(all)
unknowns(all)
drift(all)
partialCreations(all)
deletions(all)
