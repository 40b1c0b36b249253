/** The interface of a verb, and the parsing of its arguments. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { VERSION } from './version.ts'

/** A mistake of the user or of their environment. Its message is shown without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError'
  /** Advice, on a separate line. */
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
  /** The arguments after the name: `TENANT`. */
  readonly usage: string
  readonly summary: string
  /** Paragraphs below the summary. */
  readonly details?: string
  readonly options: Described
  /** The smallest and the largest number of positional arguments. */
  readonly positionals: readonly [number, number]
  /** Exit code. */
  run(args: Arguments): Promise<number>
}

/** Verbs that share a first word: `tenant add`, `tenant list`. Each verb's `name` is the whole name. */
export interface VerbGroup {
  readonly name: string
  readonly usage: string
  readonly summary: string
  readonly verbs: readonly Command[]
  /** The verb that runs when the group's name is given without one of its verbs. */
  readonly itself?: Verb
}

export type Command = Verb | VerbGroup

/** @returns the verb that the first words name and its arguments, or the help text if that was asked for */
export function findVerb(
  commands: readonly Command[],
  argv: readonly string[],
  group?: VerbGroup,
): { readonly verb: Verb; readonly rest: readonly string[] } | { readonly help: string } {
  const [word, ...rest] = argv
  const names = commands.map(({ name }) => name.split(' ').at(-1))
  if (group?.itself && !names.includes(word)) return ownVerb(group, group.itself, argv)
  if (word === undefined || word === '--help' || word === '-h' || word === 'help')
    return { help: helpOfAll(commands, group) }
  const command = commands.find(({ name }) => name.split(' ').at(-1) === word)
  if (!command)
    throw new UserError(
      `There is no verb "${group ? `${group.name} ` : ''}${word}".`,
      `One of: ${commands.map(({ name }) => name).join(', ')}.`,
    )
  if ('verbs' in command) return findVerb(command.verbs, rest, command)
  if (rest.includes('--help') || rest.includes('-h')) return { help: helpOf(command) }
  return { verb: command, rest }
}

function ownVerb({ verbs }: VerbGroup, verb: Verb, argv: readonly string[]) {
  if (!argv.some((word) => word === '--help' || word === '-h' || word === 'help')) return { verb, rest: argv }
  const others = verbs.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(28)} ${summary}\n`)
  return { help: `${helpOf(verb)}\nVerbs of its own:\n${others.join('')}` }
}

/** @throws UserError for a flag that the verb does not have, a missing value, or a value for a flag that takes none */
export function parse(verb: Verb, argv: readonly string[]): Arguments {
  const parsed = parseArgs({
    args: [...argv],
    options: verb.options as Options,
    allowPositionals: true,
    // Node's own error messages are for programmers; these say what the command accepts.
    strict: false,
    tokens: true,
  })
  for (const token of parsed.tokens)
    if (token.kind === 'option') {
      const mistake = mistakeOf(verb, token)
      if (mistake) throw new UserError(mistake, `See: npm run genai -- ${verb.name} --help`)
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

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function mistakeOf({ name: verb, options }: Verb, { name, rawName, value, inlineValue }: OptionToken) {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (!option) {
    const known = Object.keys(options).map((one) => `--${one}`)
    return `${verb} has no flag ${rawName}. It takes ${known.length > 0 ? known.join(', ') : 'none'}.`
  }
  if (option.type === 'boolean')
    return value === undefined ? undefined : `--${name} takes no value, got "${value}": leave it out.`
  if (value === undefined || value === '' || (!inlineValue && value.startsWith('-')))
    return `--${name} needs a value: --${name} ${option.placeholder ?? 'VALUE'}`
  return undefined
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

export function helpOfAll(commands: readonly Command[], group?: VerbGroup): string {
  const name = group ? `${group.name} VERB` : 'VERB'
  return [
    group?.summary ?? `genai-hub-spoke ${VERSION}: a hub, one account per tenant, and a local cloud to try them on.`,
    '',
    `Usage: npm run genai -- ${name} [options]`,
    '',
    ...commands.map((command) => `  ${`${command.name} ${command.usage}`.padEnd(32)} ${command.summary}`),
    '',
    `npm run genai -- ${name} --help tells more of one.${group ? '' : ' npm run genai -- --version tells the version.'}`,
    '',
  ].join('\n')
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
