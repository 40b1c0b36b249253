/** The stack files beside Pulumi.yaml, read from the disk for the programs. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ofProject } from './settings/read.ts'
import type { RawSettings } from './settings/setting.ts'
import { parseStackFile, StackFileError, stackOfFile } from './stack-file.ts'

export interface StackFile {
  readonly stack: string
  /** What it sets. */
  readonly raw: RawSettings
}

/** Every stack file of a directory, in the order of their names. @throws Error for one that is not valid, with the remedy */
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

function configOf(file: string, text: string, project: string): Readonly<Record<string, string>> | undefined {
  try {
    return parseStackFile(file, text, project)
  } catch (cause) {
    // Pulumi prints one message, which has to say what to do.
    throw cause instanceof StackFileError ? new Error(`${cause.message} ${cause.remedy}`, { cause }) : cause
  }
}
