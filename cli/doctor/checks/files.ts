import { mistakesOf } from '../../tenant/mistakes.ts'
import { type Check, failed, ok } from '../check.ts'

export const files: Check = {
  id: 'files',
  of: 'machine',
  question: 'Do the stack files fit each other?',
  async ask(_machine, { files: all, hub, tenants }) {
    const mistakes = mistakesOf(all)
    if (mistakes.length === 0) return ok(`${hub ? 'a hub' : 'no hub'} and ${tenants.length} tenants, without a mistake`)
    return mistakes.map((mistake) =>
      failed(mistake.replaceAll('\n', ' '), 'Correct the file that it names: npm run tenant -- check says the same.'),
    )
  },
}
