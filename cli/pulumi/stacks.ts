/** The stack files beside Pulumi.yaml, as `pulumi config` keeps them. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { parse } from 'yaml'
import { setCommand } from '../../shared/settings/commands.ts'
import { messageOf, UserError } from '../verb.ts'

/** Folder of Pulumi.yaml. */
export const PROJECT_DIRECTORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Where the local cloud keeps its files; ignored by git. */
export const LOCAL_DIRECTORY = join(PROJECT_DIRECTORY, '.local')

const STACK_FILE = /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/

/** Names of the stacks that have a file, the hub first. */
export function stackNames(directory = PROJECT_DIRECTORY): readonly string[] {
  return readdirSync(directory)
    .flatMap((file) => STACK_FILE.exec(file)?.[1] ?? [])
    .sort((a, b) => Number(b === 'hub') - Number(a === 'hub') || a.localeCompare(b, 'en', { numeric: true }))
}

/** @throws UserError when the file is missing, is not YAML, or holds no settings */
export function readStack(name: string, directory = PROJECT_DIRECTORY): Stack {
  const file = `Pulumi.${name}.yaml`
  const config = field(readYaml(directory, file), 'config')
  if (typeof config !== 'object' || config === null)
    throw new UserError(`${file} has no "config:".`, `See Pulumi.hub.yaml for the shape of a stack file.`)
  const entries = Object.entries(config).map(([key, value]) => {
    if (field(value, 'secure') !== undefined)
      throw new UserError(
        `${file}: "${key}" is encrypted. The local cloud cannot decrypt it, and no setting of this project is a secret.`,
        `Set it in the open: ${setCommand(name, key, '{VALUE}')}`,
      )
    return [key, typeof value === 'string' ? value : JSON.stringify(value)] as const
  })
  return { project: projectName(directory), stack: name, config: Object.fromEntries(entries) }
}

/** `name` of Pulumi.yaml. */
export function projectName(directory = PROJECT_DIRECTORY): string {
  const name = field(readYaml(directory, 'Pulumi.yaml'), 'name')
  if (typeof name !== 'string') throw new UserError('Pulumi.yaml has no "name".')
  return name
}

function readYaml(directory: string, file: string): unknown {
  let text: string
  try {
    text = readFileSync(join(directory, file), 'utf8')
  } catch (cause) {
    throw new UserError(`${file} cannot be read: ${messageOf(cause)}`, `It belongs in ${directory}.`, { cause })
  }
  try {
    return parse(text)
  } catch (cause) {
    throw new UserError(`${file} is not valid YAML: ${messageOf(cause)}`, 'Correct the line it names.', { cause })
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
