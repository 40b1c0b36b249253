/** One command with verbs; the npm scripts are its short names. */
import { awsRemedy } from './aws-remedies.ts'
import { createTerminal } from './terminal.ts'
import { type Command, findVerb, messageOf, parse, UserError } from './verb.ts'
import { audit } from './verbs/audit.ts'
import { destroy } from './verbs/destroy.ts'
import { fault } from './verbs/fault.ts'
import { guardrails } from './verbs/guardrails.ts'
import { local } from './verbs/local.ts'
import { login } from './verbs/login.ts'
import { prove } from './verbs/prove.ts'
import { soak } from './verbs/soak.ts'
import { start } from './verbs/start.ts'
import { tenant } from './verbs/tenant.ts'

const COMMANDS: readonly Command[] = [start, login, local, tenant, destroy, prove, soak, fault, audit, guardrails]

async function main(argv: readonly string[]): Promise<number> {
  const found = findVerb(COMMANDS, argv)
  if ('help' in found) {
    process.stdout.write(found.help)
    return 0
  }
  return await found.verb.run(parse(found.verb, found.rest))
}

/** Mistakes of a user are told in two lines; anything else is a defect of ours and keeps its stack. */
function report(error: unknown): void {
  const { style } = createTerminal({ json: true })
  const known = error instanceof UserError || process.env.GENAI_DEBUG === undefined
  process.stderr.write(`${style('red', 'Error:')} ${known ? messageOf(error) : inspectable(error)}\n`)
  const remedy =
    error instanceof UserError ? error.remedy : (awsRemedy(error) ?? 'GENAI_DEBUG=1 shows where this comes from.')
  if (remedy) process.stderr.write(`${remedy}\n`)
}

const inspectable = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  report(error)
  process.exitCode = 1
}
