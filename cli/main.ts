/** The command line: one command with verbs. The npm scripts are short names for some of them. */
import './compile-cache.ts'
import { awsRemedy } from './hub/aws-remedies.ts'
import { surviveClosedOutput } from './terminal/closed-output.ts'
import { diskRemedy } from './terminal/disk-remedies.ts'
import { createTerminal } from './terminal/terminal.ts'
import { type Command, findVerb, messageOf, parse, UserError } from './verb.ts'
import { VERSION } from './version.ts'

/** How long the process waits after a command has ended for open connections to close by themselves. */
const LINGER_MILLISECONDS = 5_000

/**
 * The commands, in the order of the help. A command's module is loaded only when it is called, because `login` does not need the local cloud.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./verbs/start.ts')).start,
  login: async () => (await import('./verbs/login.ts')).login,
  logout: async () => (await import('./verbs/logout.ts')).logout,
  proxy: async () => (await import('./verbs/proxy.ts')).proxy,
  up: async () => (await import('./verbs/up.ts')).up,
  local: async () => (await import('./verbs/local.ts')).local,
  tenant: async () => (await import('./verbs/tenant.ts')).tenant,
  image: async () => (await import('./verbs/image.ts')).image,
  destroy: async () => (await import('./verbs/destroy.ts')).destroy,
  pending: async () => (await import('./verbs/pending.ts')).pending,
  doctor: async () => (await import('./verbs/doctor.ts')).doctor,
  prove: async () => (await import('./verbs/prove.ts')).prove,
  soak: async () => (await import('./verbs/soak.ts')).soak,
  fault: async () => (await import('./verbs/fault.ts')).fault,
  audit: async () => (await import('./verbs/audit.ts')).audit,
  usage: async () => (await import('./verbs/usage.ts')).usage,
  prices: async () => (await import('./verbs/prices.ts')).prices,
  guardrails: async () => (await import('./verbs/guardrails.ts')).guardrails,
}

async function main(argv: readonly string[]): Promise<number> {
  const name = argv[0] ?? ''
  if (name === '--version' || name === '-V') {
    process.stdout.write(`${VERSION}\n`)
    return 0
  }
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  const found = findVerb(await Promise.all((asked ? [asked] : Object.values(COMMANDS)).map((load) => load())), argv)
  if ('help' in found) {
    process.stdout.write(found.help)
    return 0
  }
  return await found.verb.run(parse(found.verb, found.rest))
}

/** Prints a user's mistake in two lines. Any other error is a defect of this project and is printed with its stack. */
function report(error: unknown): void {
  const { style } = createTerminal({ json: true })
  const known = error instanceof UserError || process.env.GENAI_DEBUG === undefined
  process.stderr.write(`${style('red', 'Error:')} ${known ? messageOf(error) : inspectable(error)}\n`)
  const remedy =
    error instanceof UserError
      ? (error.remedy ?? diskRemedy(error))
      : (awsRemedy(error) ?? diskRemedy(error) ?? 'GENAI_DEBUG=1 shows where this comes from.')
  if (remedy) process.stderr.write(`${remedy}\n`)
}

const inspectable = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

surviveClosedOutput()
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  report(error)
  process.exitCode = 1
}
// A command has ended when its promise has. A connection that it has left open must not keep the process running.
setTimeout(() => process.exit(), LINGER_MILLISECONDS).unref()
