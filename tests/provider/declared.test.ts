/** The provider, asked about everything that the programs declare: deployed once, as that takes longer than all the questions. */
import { deletions } from '@genai/local-cloud/test/provider/deletions'
import { drift } from '@genai/local-cloud/test/provider/drift'
import { imports } from '@genai/local-cloud/test/provider/imports'
import { partialCreations } from '@genai/local-cloud/test/provider/partial'
import { replacements } from '@genai/local-cloud/test/provider/replacements'
import { unknowns } from '@genai/local-cloud/test/provider/unknowns'
import { worlds } from './world.ts'

const all = await worlds()

replacements(all)
imports(all)
unknowns(all)
drift(all)
partialCreations(all)
deletions(all)
