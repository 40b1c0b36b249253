/**
 * What a setting is, and how a table of them is read: one description drives the reading, the errors and the
 * table in docs/settings.md, so that the three cannot drift apart.
 */
import { nearest, removeCommand, setAt, setCommand } from './commands.ts'
import { Refused } from './refused.ts'

/** One `pulumi config` setting. */
export interface Setting<T> {
  /** For docs/settings.md: `text`, `list of text`, `true or false`, … */
  readonly type: string
  /** Of one that the gateway is told, its row's comment in ../gateway-settings.ts may be it. */
  readonly meaning?: string
  /** What a bad value's error says is allowed. */
  readonly allowed: string
  /** What stands for a value in a printed command, where only the user knows it: `{ACCOUNT}`. No setting takes braces. */
  readonly placeholder: string
  /** What is used when nothing is set; `required` refuses that. */
  readonly fallback: 'required' | { readonly value: T; readonly text: string }
  /** Whether it is a list or a map, whose entries are set by path. @default a text */
  readonly entries?: 'list' | 'map'
  /** Reads the text that Pulumi keeps (JSON for lists and maps). @throws Refused saying only what is wrong with it */
  readonly parse: (raw: string) => T
}

export type Table = Readonly<Record<string, Setting<unknown>>>

/** The values of a table of settings. */
export type Values<T extends Table> = { readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never }

/** Values as the programs have them: what has no value is absent. */
export type Settled<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** @param parts names of those that only others are made of */
export function settled<T extends object, const P extends readonly (keyof T)[]>(
  values: T,
  parts: P,
): Settled<Omit<T, P[number]>> {
  const entries = Object.entries(values).filter(
    ([name, value]) => value !== undefined && !parts.some((part) => part === name),
  )
  return Object.fromEntries(entries) as unknown as Settled<Omit<T, P[number]>>
}

/**
 * The project's settings as Pulumi keeps them: name without namespace → text. It is
 * `pulumi.runtime.allConfig()` without the `genai-hub-spoke:` in front.
 */
export type RawSettings = Readonly<Record<string, string>>

/** One thing that is wrong with the settings. */
export interface Problem {
  readonly setting: string
  /** What was set and what is wrong with it. */
  readonly got: string
  readonly allowed: string
  /** The command that puts it right, or what to do where no command can know that. */
  readonly fix: string
}

/** What a setting's own description says about a mistake in it. */
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

/** All of a list or a map, as a command sets it at once. */
function whole({ entries, placeholder }: Setting<unknown>): string {
  if (entries === 'list') return JSON.stringify([placeholder])
  return entries === 'map' ? JSON.stringify({ '{NAME}': placeholder }) : placeholder
}

/** All that is wrong with a stack's settings, at once: people fix a file in one go, not an error a run. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly Problem[]

  constructor(stack: string, problems: readonly Problem[]) {
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

/** Another kind of stack, for whoever has written a setting of it. */
export interface Role {
  readonly name: string
  readonly table: Table
}

/** Reads every setting of the table, and refuses those that are not in it. @throws SettingsError with every mistake */
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
      // A misspelt one is told once.
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
  /** The setting that it can only be, if that is not set as well. */
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
  const fix =
    meant === undefined
      ? `take it out of Pulumi.${stack}.yaml, or write there the setting that is meant.`
      : `${setCommand(stack, meant, raw[name] ?? '')} && ${removeCommand(stack, name)}`
  return { setting: name, got, allowed: `${Object.keys(table).join(', ')}.`, fix }
}
