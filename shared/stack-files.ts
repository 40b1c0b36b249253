/** The stack files beside Pulumi.yaml, read from the disk for the programs. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ofProject } from './settings/read.ts'
import type { RawSettings } from './settings/setting.ts'
import { parseStackFile, StackFileError, stackOfFile } from './stack-file.ts'

export interface StackFile {
  readonly stack: string
  /** The settings in it. */
  readonly raw: RawSettings
}

/**
 * All stack files of a directory, sorted by name.
 * @throws Error for a file that is not valid, with the remedy
 */
export async function stackFilesIn(directory: string, project: string): Promise<readonly StackFile[]> {
  const files = (await readdir(directory)).sort()
  const read = files.map(async (file): Promise<readonly StackFile[]> => {
    const stack = stackOfFile(file)
    if (stack === undefined) return []
    const config = configOf(file, await readFile(join(directory, file), 'utf8'), project)
    return [{ stack, raw: ofProject(config ?? {}, project) }]
  })
  return (await Promise.all(read)).flat()
}

type Config = Readonly<Record<string, string>> | undefined

/** By file and project the text and its parsed form, because a process that deploys many tenants reads each file as often. */
const parsed = new Map<string, { readonly text: string; readonly config: Config }>()

function configOf(file: string, text: string, project: string): Config {
  const key = `${project} ${file}`
  const before = parsed.get(key)
  if (before?.text === text) return before.config
  const config = parsedNow(file, text, project)
  parsed.set(key, { text, config })
  return config
}

function parsedNow(file: string, text: string, project: string): Config {
  try {
    return parseStackFile(file, text, project)
  } catch (cause) {
    // Pulumi prints one message, so it has to say what to do.
    throw cause instanceof StackFileError ? new Error(`${cause.message} ${cause.remedy}`, { cause }) : cause
  }
}
