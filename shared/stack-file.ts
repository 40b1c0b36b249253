/** Parses a stack's file beside Pulumi.yaml, for the programs and the commands alike. Each of them reads the disk itself. */
import { parse } from 'yaml'
import { isMap } from './is-map.ts'
import { removeCommand, secretCommand, setCommand } from './settings/commands.ts'

const STACK_FILE = /^Pulumi\.(?<stack>[A-Za-z0-9_.-]+)\.ya?ml$/

/** `Pulumi.spoke-tenant1.yaml` → `spoke-tenant1`; undefined for any other file. */
export const stackOfFile = (file: string): string | undefined => STACK_FILE.exec(file)?.groups?.stack

/** The names that the file of a stack may have; Pulumi takes the ending of Pulumi.yaml. */
export const filesOfStack = (stack: string): readonly [string, string] => [
  `Pulumi.${stack}.yaml`,
  `Pulumi.${stack}.yml`,
]

/** A stack file that cannot be read. */
export class StackFileError extends Error {
  override readonly name = 'StackFileError'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

/**
 * What a file sets, as `pulumi config` hands it to a program: text as it is, everything else as JSON.
 * @param text of the file
 * @param project whose settings are meant: what another namespace keeps encrypted is left out
 * @returns undefined for a file without `config:`, as `pulumi stack init` makes it
 * @throws StackFileError for what is no YAML, and for a setting of the project that is encrypted
 */
export function parseStackFile(
  file: string,
  text: string,
  project: string,
): Readonly<Record<string, string>> | undefined {
  const document = yamlOf(file, text)
  const config = isMap(document) ? document.config : undefined
  if (!isMap(config)) return undefined
  const entries = Object.entries(config).flatMap(([key, value]) => {
    if (!isMap(value) || value.secure === undefined)
      return [[key, typeof value === 'string' ? value : JSON.stringify(value)] as const]
    if (!key.startsWith(`${project}:`)) return []
    if (key === `${project}:federatedSecrets`)
      throw new StackFileError(
        `${file}: "${key}" is encrypted as a whole, so that nobody sees whose secrets are there.`,
        `Set each by itself: ${removeCommand(stackOfFile(file) ?? '{STACK}', key)} && ${secretCommand(stackOfFile(file) ?? '{STACK}', `${key}.{NAME}`)}`,
      )
    throw new StackFileError(
      `${file}: "${key}" is encrypted. It can be read with the passphrase only, and no other setting than federatedSecrets is a secret.`,
      `Set it in the open: ${setCommand(stackOfFile(file) ?? '{STACK}', key, '{VALUE}')}`,
    )
  })
  return Object.fromEntries(entries)
}

/** @throws StackFileError */
export function yamlOf(file: string, text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new StackFileError(
      `${file} is not valid YAML: ${error instanceof Error ? error.message : String(error)}`,
      'Correct the line it names.',
    )
  }
}
