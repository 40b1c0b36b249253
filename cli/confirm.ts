/** Asks before something is deleted: a word has to be typed, on a terminal, or `--yes` on the command line. */
import { createInterface } from 'node:readline/promises'
import { UserError } from './verb.ts'

/** @throws UserError unless the word is typed */
export async function confirm(question: string, word: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY)
    throw new UserError(`${question} Nobody can be asked here.`, 'Add --yes. Nothing was changed.')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await lines.question(`${question} Type ${word} to go on: `)
    if (answer.trim() !== word) throw new UserError('That was something else.', 'Nothing was changed.')
  } finally {
    lines.close()
  }
}
