/** Asks before something is deleted: a word must be typed or piped, unless `--yes` is given. */
import { createInterface } from 'node:readline'
import { pipedLine } from '../piped-line.ts'
import { UserError } from '../verb.ts'

/** @throws UserError if another word is typed */
export async function confirm(question: string, word: string, yes: boolean): Promise<void> {
  if (yes) return
  const answer = await ask(`${question} Type ${word} to go on: `)
  if (answer === undefined)
    throw new UserError(`${question} Nobody answered.`, `Type ${word}, or add --yes. Nothing was changed.`)
  if (answer.trim() !== word) throw new UserError(`That was not ${word}.`, 'Nothing was changed.')
}

/** @returns undefined at the end of the input, and after Ctrl-C */
async function ask(question: string): Promise<string | undefined> {
  if (process.stdin.isTTY !== true) {
    process.stderr.write(question)
    const line = await pipedLine()
    process.stderr.write('\n')
    return line
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  let answered = false
  return await new Promise((resolve) => {
    lines.once('close', () => {
      if (!answered) process.stderr.write('\n')
      resolve(undefined)
    })
    lines.once('SIGINT', () => lines.close())
    lines.question(question, (answer) => {
      answered = true
      resolve(answer)
      lines.close()
    })
  })
}
