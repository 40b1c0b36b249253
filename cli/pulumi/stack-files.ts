/** The stack files beside Pulumi.yaml, in the form of `pulumi config`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { isMap } from '../../shared/is-map.ts'
import { filesOfStack, parseStackFile, StackFileError, stackOfFile, yamlOf } from '../../shared/stack-file.ts'
import { messageOf, UserError } from '../verb.ts'

/** Folder of Pulumi.yaml. */
export const PROJECT_DIRECTORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Folder of the local cloud's files, which git ignores. */
export const LOCAL_DIRECTORY = join(PROJECT_DIRECTORY, '.local')

/** Names of the stacks that have a file; the hub comes first. */
export function stackNames(directory = PROJECT_DIRECTORY): readonly string[] {
  return readdirSync(directory)
    .flatMap((file) => stackOfFile(file) ?? [])
    .sort((a, b) => Number(b === 'hub') - Number(a === 'hub') || a.localeCompare(b, 'en', { numeric: true }))
}

/** @returns the path of a stack's file, or undefined if it has none */
export function stackFile(name: string, directory = PROJECT_DIRECTORY): string | undefined {
  return filesOfStack(name)
    .map((file) => join(directory, file))
    .find((path) => existsSync(path))
}

/** @throws UserError if the file is missing, is not YAML, or has no settings */
export function readStack(name: string, directory = PROJECT_DIRECTORY): Stack {
  const project = projectName(directory)
  const file = basename(stackFile(name, directory) ?? filesOfStack(name)[0])
  const config = told(() => parseStackFile(file, textOf(directory, file), project))
  if (config === undefined)
    throw new UserError(`${file} has no "config:".`, `See Pulumi.hub.yaml for the shape of a stack file.`)
  return { project, stack: name, config }
}

/**
 * A stack with changed settings, stored as `pulumi config set` does: texts unchanged, everything else as JSON. `undefined` removes a setting.
 */
export function withSettings<S extends Stack>(stack: S, settings: Readonly<Record<string, unknown>>): S {
  const config: Record<string, string> = { ...stack.config }
  for (const [name, value] of Object.entries(settings)) {
    const key = `${stack.project}:${name}`
    if (value === undefined) delete config[key]
    else config[key] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return { ...stack, config }
}

function told<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof StackFileError)) throw cause
    throw new UserError(cause.message, cause.remedy, { cause })
  }
}

/** `name` of Pulumi.yaml. */
export function projectName(directory = PROJECT_DIRECTORY): string {
  const document = told(() => yamlOf('Pulumi.yaml', textOf(directory, 'Pulumi.yaml')))
  if (!isMap(document) || typeof document.name !== 'string') throw new UserError('Pulumi.yaml has no "name".')
  return document.name
}

function textOf(directory: string, file: string): string {
  try {
    return readFileSync(join(directory, file), 'utf8')
  } catch (cause) {
    throw new UserError(`${file} cannot be read: ${messageOf(cause)}`, `It belongs in ${directory}.`, { cause })
  }
}
