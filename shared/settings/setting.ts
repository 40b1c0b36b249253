/**
 * What a setting is, and how a table of them is read: one description drives the reading, the errors and the README's
 * table, so that the three cannot drift apart.
 */

/** One `pulumi config` setting. */
export interface Setting<T> {
  /** For the README: `text`, `list of text`, `true or false`, … */
  readonly type: string
  readonly meaning: string
  /** What a bad value's error says is allowed. */
  readonly allowed: string
  /** Arguments of a `pulumi config set` that puts a good value. */
  readonly example: string
  /** What is used when nothing is set; `required` refuses that. */
  readonly fallback: 'required' | { readonly value: T; readonly text: string }
  /** Reads the text that Pulumi keeps (JSON for lists and maps). @throws Error saying only what is wrong with it */
  readonly parse: (raw: string) => T
}

export type Table = Readonly<Record<string, Setting<unknown>>>

/** The values of a table of settings. */
export type Values<T extends Table> = { readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never }

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
  /** Arguments of the `pulumi config` that puts it right. */
  readonly fix: string
}

/** What a setting's own description says about a mistake in it. */
export function mistake(name: string, { allowed, example }: Setting<unknown>, got: string): Problem {
  return { setting: name, got, allowed, fix: `set ${example}` }
}

/** All that is wrong with a stack's settings, at once: people fix a file in one go, not an error a run. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly Problem[]

  constructor(stack: string, problems: readonly Problem[]) {
    const lines = problems.map(
      ({ setting, got, allowed, fix }) =>
        `- ${setting}: ${got} Allowed: ${allowed} Fix: pulumi config ${fix} -s ${stack}`,
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

/** Reads every setting of the table, and refuses those that are not in it. @throws SettingsError with every mistake */
export function readTable<T extends Table>(table: T, raw: RawSettings, stack: string): Values<T> {
  const problems: Problem[] = unknownNames(table, raw)
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(table)) {
    const text = raw[name]
    if (text === undefined) {
      if (setting.fallback === 'required') problems.push(mistake(name, setting, 'it is not set.'))
      else values[name] = setting.fallback.value
      continue
    }
    try {
      values[name] = setting.parse(text)
    } catch (error) {
      problems.push(mistake(name, setting, error instanceof Error ? error.message : String(error)))
    }
  }
  if (problems.length > 0) throw new SettingsError(stack, problems)
  return values as Values<T>
}

function unknownNames(table: Table, raw: RawSettings): Problem[] {
  return Object.keys(raw)
    .filter((name) => !Object.hasOwn(table, name))
    .map((name) => ({
      setting: name,
      got: 'there is no such setting for this role.',
      allowed: `${Object.keys(table).join(', ')}.`,
      fix: `rm ${name}`,
    }))
}
