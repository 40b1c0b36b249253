/** One command with verbs; the npm scripts are its short names. */
import { createTerminal } from './terminal.ts'
import { helpOf, helpOfAll, messageOf, parse, UserError, type Verb } from './verb.ts'
import { local } from './verbs/local.ts'
import { login } from './verbs/login.ts'
import { start } from './verbs/start.ts'

const VERBS: readonly Verb[] = [start, login, local]

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(helpOfAll(VERBS))
    return 0
  }
  const verb = VERBS.find((candidate) => candidate.name === name)
  if (!verb)
    throw new UserError(
      `There is no verb "${name}".`,
      `One of: ${VERBS.map((candidate) => candidate.name).join(', ')}.`,
    )
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpOf(verb))
    return 0
  }
  return await verb.run(parse(verb, rest))
}

/** Mistakes of a user are told in two lines; anything else is a defect of ours and keeps its stack. */
function report(error: unknown): void {
  const { style } = createTerminal({ json: true })
  const known = error instanceof UserError || process.env.GENAI_DEBUG === undefined
  process.stderr.write(`${style('red', 'Error:')} ${known ? messageOf(error) : inspectable(error)}\n`)
  if (error instanceof UserError && error.remedy) process.stderr.write(`${error.remedy}\n`)
  else if (!(error instanceof UserError)) process.stderr.write('GENAI_DEBUG=1 shows where this comes from.\n')
}

const inspectable = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  report(error)
  process.exitCode = 1
}
