/**
 * The description of a setting, and how a table of them is read. The same description is used for reading, for errors and for docs/settings.md,
 * so the three cannot differ.
 */
import { nearest, removeCommand, setAt, setCommand } from './commands.ts'
import { Refused } from './refused.ts'

/** One `pulumi config` setting. */
export interface Setting<T> {
  /** The type in docs/settings.md: `text`, `list of text`, `true or false` and so on. */
  readonly type: string
  /** The meaning in docs/settings.md. If the gateway gets the setting, the comment of its row in ../gateway-settings.ts may be the meaning. */
  readonly meaning?: string
  /** The allowed values, in the error for a bad value. */
  readonly allowed: string
  /** The placeholder in a printed command for a value that only the user knows: `{ACCOUNT}`. No setting accepts braces. */
  readonly placeholder: string
  /** The value if nothing is set; `required` means that this is refused. */
  readonly fallback: 'required' | { readonly value: T; readonly text: string }
  /** Whether it is a list or a map, whose entries are set by path. @default a text */
  readonly entries?: 'list' | 'map'
  /**
   * Reads the text that Pulumi keeps (JSON for lists and maps).
   * @throws Refused that says only what is wrong with it
   */
  readonly parse: (raw: string) => T
}

export type Table = Readonly<Record<string, Setting<unknown>>>

/** The values of a table of settings. */
export type Values<T extends Table> = { readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never }

/** Values in the form of the programs: a setting without a value is absent. */
export type Settled<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** @param parts the names of settings that are only parts of other values */
export function settled<T extends object, const P extends readonly (keyof T)[]>(
  values: T,
  parts: P,
): Settled<Omit<T, P[number]>> {
  const entries = Object.entries(values).filter(
    ([name, value]) => value !== undefined && !parts.some((part) => part === name),
  )
  return Object.fromEntries(entries) as unknown as Settled<Omit<T, P[number]>>
}

/** The project's settings in Pulumi's form: texts by name. It is `pulumi.runtime.allConfig()` without the prefix `genai-hub-spoke:`. */
export type RawSettings = Readonly<Record<string, string>>

/** One mistake in the settings. */
export interface Problem {
  readonly setting: string
  /** What was set and what is wrong with it. */
  readonly got: string
  readonly allowed: string
  /** The command that corrects it, or, if no command can, what to do. */
  readonly fix: string
}

/** A mistake in a setting, with the texts of the setting's description. */
export function mistake(
  stack: string,
  name: string,
  setting: Setting<unknown>,
  got: string,
  { at = '', meant }: { readonly at?: string; readonly meant?: string | undefined } = {},
): Problem {
  const { allowed, placeholder } = setting
  const fix =
    at === '' ? setCommand(stack, name, meant ?? whole(setting)) : setAt(stack, name, at, meant ?? placeholder)
  return { setting: name, got, allowed, fix }
}

/** The whole of a list or a map, as a command sets it. */
function whole({ entries, placeholder }: Setting<unknown>): string {
  if (entries === 'list') return JSON.stringify([placeholder])
  return entries === 'map' ? JSON.stringify({ '{NAME}': placeholder }) : placeholder
}

/** In characters: what an error says of one value. A file that was pasted into a setting would hide every other mistake. */
const LONGEST = 600
const [HEAD, TAIL] = [400, 150]

const shortened = (text: string) =>
  text.length <= LONGEST
    ? text
    : `${text.slice(0, HEAD)} … (${text.length - HEAD - TAIL} characters more) … ${text.slice(-TAIL)}`

/** A command that was shortened would set something else. */
const short = (stack: string, { setting, got, allowed, fix }: Problem): Problem => ({
  setting: shortened(setting),
  got: shortened(got),
  allowed,
  fix: fix.length <= LONGEST ? fix : `correct it in Pulumi.${stack}.yaml.`,
})

/** All mistakes in a stack's settings, so that a file can be corrected in one go. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly Problem[]

  constructor(stack: string, given: readonly Problem[]) {
    const problems = given.map((problem) => short(stack, problem))
    const lines = problems.map(
      ({ setting, got, allowed, fix }) => `- ${setting}: ${got} Allowed: ${allowed} Fix: ${fix}`,
    )
    super(
      [
        `The settings of stack ${stack} have ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}.`,
        ...lines,
      ].join('\n'),
    )
    this.problems = problems
  }
}

/** Another kind of stack, for an error about one of its settings. */
export interface Role {
  readonly name: string
  readonly table: Table
}

/**
 * Reads all settings of the table, and refuses others.
 * @throws SettingsError with all mistakes
 */
export function readTable<T extends Table>(
  table: T,
  raw: RawSettings,
  { stack, otherRoles }: { readonly stack: string; readonly otherRoles: readonly Role[] },
): Values<T> {
  const unknown = unknownNames(table, raw)
  const problems: Problem[] = unknown.map((one) => unknownName(stack, table, otherRoles, raw, one))
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(table)) {
    const text = raw[name]
    if (text === undefined) {
      if (setting.fallback !== 'required') values[name] = setting.fallback.value
      // A misspelt setting is reported once.
      else if (!unknown.some(({ meant }) => meant === name))
        problems.push(mistake(stack, name, setting, 'it is not set.'))
      continue
    }
    try {
      values[name] = setting.parse(text)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      problems.push(mistake(stack, name, setting, error.message, error instanceof Refused ? error : {}))
    }
  }
  if (problems.length > 0) throw new SettingsError(stack, problems)
  return values as Values<T>
}

interface UnknownName {
  readonly name: string
  /** The setting that was certainly meant, unless it is set as well. */
  readonly meant?: string
}

function unknownNames(table: Table, raw: RawSettings): readonly UnknownName[] {
  return Object.keys(raw)
    .filter((name) => !Object.hasOwn(table, name))
    .map((name) => {
      const meant = nearest(name.slice(name.indexOf(':') + 1), Object.keys(table))
      return { name, ...(meant !== undefined && raw[meant] === undefined && { meant }) }
    })
}

function unknownName(
  stack: string,
  table: Table,
  otherRoles: readonly Role[],
  raw: RawSettings,
  { name, meant }: UnknownName,
): Problem {
  const owners = otherRoles.filter((role) => Object.hasOwn(role.table, name)).map((role) => `a ${role.name}`)
  const got = name.includes(':')
    ? 'its namespace is not that of the project, so nobody reads it.'
    : owners.length > 0
      ? `there is no such setting for this role; it is one of ${owners.join(' and ')}.`
      : 'there is no such setting for this role.'
  const renamed = meant && `${setCommand(stack, meant, raw[name] ?? '')} && ${removeCommand(stack, name)}`
  const fix =
    renamed === undefined
      ? `take it out of Pulumi.${stack}.yaml, or write there the setting that is meant.`
      : renamed.length <= LONGEST
        ? renamed
        : `call it ${meant} in Pulumi.${stack}.yaml.`
  return { setting: name, got, allowed: `${Object.keys(table).join(', ')}.`, fix }
}
