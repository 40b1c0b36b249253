/** Asks for a password. On a terminal it is not shown; from a pipe one line is read. It is never an argument. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { pipedLine } from '../piped-line.ts'
import { UserError } from '../verb.ts'

const NONE = () => new UserError('No password was given.', 'Type one, or pipe a line into the command.')

export async function askPassword(question: string): Promise<string> {
  const { stdin, stderr } = process
  if (stdin.isTTY !== true) {
    const line = await pipedLine()
    if (line === undefined) throw NONE()
    return line
  }
  stderr.write(question)
  // readline prints what is typed to its output, so its output is one that discards everything.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(new UserError('Interrupted.')))
      lines.once('close', () => reject(NONE()))
    })
  } finally {
    lines.removeAllListeners('close')
    lines.close()
    stderr.write('\n')
  }
}
