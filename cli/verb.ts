/** What every verb of the command line is made of. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { VERSION } from './version.ts'

/** A mistake of the user's or of their surroundings: shown as it is, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError'
  /** What to do about it, on a line of its own. */
  readonly remedy: string | undefined

  constructor(message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options)
    this.remedy = remedy
  }
}

type Options = NonNullable<ParseArgsConfig['options']>
type Described = { readonly [name: string]: Options[string] & { readonly help: string; readonly placeholder?: string } }

export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
}

export interface Verb {
  readonly name: string
  /** Arguments after the name: `TENANT`. */
  readonly usage: string
  readonly summary: string
  /** Paragraphs under the summary. */
  readonly details?: string
  readonly options: Described
  /** Fewest and most positional arguments. */
  readonly positionals: readonly [number, number]
  /** Exit code. */
  run(args: Arguments): Promise<number>
}

export function parse(verb: Verb, argv: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({ args: [...argv], options: verb.options as Options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw new UserError(messageOf(cause), `See: npm run genai -- ${verb.name} --help`, { cause })
  }
  const [fewest, most] = verb.positionals
  const count = parsed.positionals.length
  if (count < fewest || count > most)
    throw new UserError(
      `${verb.name} takes ${fewest === most ? `${fewest}` : `${fewest} to ${most}`} argument(s)${verb.usage ? ` (${verb.usage})` : ''}, got ${count}.`,
      `See: npm run genai -- ${verb.name} --help`,
    )
  return parsed
}

export function helpOf(verb: Verb): string {
  const options = Object.entries(verb.options).map(([name, { help, placeholder, short }]) => {
    const left = `${short ? `-${short}, ` : ''}--${name}${placeholder ? ` ${placeholder}` : ''}`
    return `  ${left.padEnd(28)} ${help}`
  })
  return [
    verb.summary,
    '',
    `Usage: npm run genai -- ${verb.name}${verb.usage ? ` ${verb.usage}` : ''} [options]`,
    ...(verb.details ? ['', verb.details] : []),
    '',
    'Options:',
    ...options,
    `  ${'-h, --help'.padEnd(28)} this text`,
    '',
  ].join('\n')
}

export function helpOfAll(verbs: readonly Verb[]): string {
  return [
    `genai-hub-spoke ${VERSION}: a hub, one account per tenant, and a local cloud to try them on.`,
    '',
    'Usage: npm run genai -- VERB [options]',
    '',
    ...verbs.map((verb) => `  ${`${verb.name} ${verb.usage}`.padEnd(28)} ${verb.summary}`),
    '',
    'npm run genai -- VERB --help tells more of one.',
    '',
  ].join('\n')
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
