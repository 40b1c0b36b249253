/**
 * The ledger on disk, so that a restarted local cloud has the resources that the stacks' states refer to. It is a journal: a change is on disk
 * before it is answered, and its cost does not depend on the ledger's size. The file is rewritten as a whole when it is opened.
 */
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appendWhole, readWhole } from '../whole-lines.ts'
import type { Change, Declared, Effect } from './ledger.ts'

export interface LedgerFile {
  /** The resources in the file when it was opened, in the order in which they were made. */
  readonly resources: readonly Declared[]
  /** Writes a change. It must be the last effect of the ledger, because a change that another effect refuses must not be written. */
  readonly effect: Effect
  close(): Promise<void>
}

/** The version of the journal's format, so that a later format is not misread. */
const VERSION = 1

type Line = { readonly version: number } | { readonly put: Declared } | { readonly deleted: string }

/**
 * @param directory which only this process uses while it runs
 * @throws Error if another process uses it, or if another version wrote it
 */
export async function openLedgerFile(directory: string): Promise<LedgerFile> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const lock = await takeLock(directory)
  try {
    const file = join(directory, 'ledger.jsonl')
    const resources = replay(file, await readWhole(file))
    await replace(directory, file, [{ version: VERSION }, ...resources.map((put) => ({ put }))])
    const journal = await open(file, 'a', 0o600)
    return {
      resources,
      effect: (change) => append(journal, file, lineOf(change)),
      async close() {
        await journal.close()
        await release(lock)
      },
    }
  } catch (cause) {
    await release(lock)
    throw cause
  }
}

const lineOf = ({ kind, resource }: Change): Line =>
  kind === 'deleted' ? { deleted: resource.urn } : { put: resource }

const written = (line: Line) => `${JSON.stringify(line)}\n`

async function append(journal: FileHandle, file: string, line: Line): Promise<void> {
  await appendWhole(journal, written(line), { durable: true }).catch((cause: Error) => {
    throw new Error(
      `The local cloud cannot keep this change, and has not made it: ${file}: ${cause.message}. Make room on its disk, and run the same again.`,
      { cause },
    )
  })
}

/** Readers see either the old file or the new one, even if the machine stops during the write. */
async function replace(directory: string, file: string, lines: readonly Line[]): Promise<void> {
  const draft = `${file}.new`
  const handle = await open(draft, 'w', 0o600)
  await handle.writeFile(lines.map(written).join(''))
  await handle.sync()
  await handle.close()
  await rename(draft, file)
  const folder = await open(directory, 'r')
  await folder.sync().finally(() => folder.close())
}

function replay(file: string, lines: readonly string[]): readonly Declared[] {
  const resources = new Map<string, Declared>()
  for (const [index, json] of lines.entries()) {
    const line = parsed(file, index, json)
    if ('put' in line) resources.set(line.put.urn, line.put)
    else if ('deleted' in line) resources.delete(line.deleted)
    else if (line.version !== VERSION)
      throw new Error(
        `${file} is of version ${line.version}; this program reads ${VERSION}. Remove the folder and the stacks' states, or use the program that wrote it.`,
      )
  }
  return [...resources.values()]
}

function parsed(file: string, index: number, json: string): Line {
  try {
    return JSON.parse(json) as Line
  } catch (cause) {
    throw new Error(
      `${file}, line ${index + 1}, is damaged: remove the folder and the stacks' states, and deploy again.`,
      {
        cause,
      },
    )
  }
}

/** The locks that this process holds. */
const OPEN = new Set<string>()

/** @returns the path of the lock file */
async function takeLock(directory: string): Promise<string> {
  const lock = join(directory, 'lock')
  for (;;) {
    try {
      await writeFile(lock, `${process.pid}`, { flag: 'wx', mode: 0o600 })
      OPEN.add(lock)
      return lock
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
    // In a restarted container, the killed process may have had the same number as this process.
    if (holder === process.pid ? OPEN.has(lock) : isAlive(holder))
      throw new Error(
        `Another local cloud uses ${directory}: process ${holder}. Stop it first. Where that process is something else, remove ${lock}.`,
      )
    await rm(lock, { force: true })
  }
}

async function release(lock: string): Promise<void> {
  OPEN.delete(lock)
  await rm(lock, { force: true })
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
