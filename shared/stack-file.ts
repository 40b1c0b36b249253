/** Parses a stack's file, for the programs and the commands. The callers read it from the disk. */
import { parse } from 'yaml'
import { isMap } from './is-map.ts'
import { removeCommand, secretCommand, setCommand } from './settings/commands.ts'

const STACK_FILE = /^Pulumi\.(?<stack>[A-Za-z0-9_.-]+)\.ya?ml$/

/** `Pulumi.spoke-tenant1.yaml` becomes `spoke-tenant1`; undefined for any other file. */
export const stackOfFile = (file: string): string | undefined => STACK_FILE.exec(file)?.groups?.stack

/** The names that a stack's file may have; Pulumi uses the ending of Pulumi.yaml. */
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
 * The settings in a file, in the form in which `pulumi config` gives them to a program: texts unchanged, everything else as JSON.
 * @param text the file's content
 * @param project whose settings are returned; encrypted settings of other namespaces are left out
 * @returns undefined for a file without `config:`, which `pulumi stack init` makes
 * @throws StackFileError for a file that is no YAML, and for an encrypted setting of the project
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
