/** One log group on disk: a line of JSON for each stream and each event, in the order they came. */
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StoredEvent } from './log-event.ts'

export type Line = { readonly stream: string } | { readonly event: StoredEvent }

export class GroupFile {
  readonly #file: string
  /** One write after the other. */
  #last: Promise<void> = Promise.resolve()

  constructor(directory: string, name: string) {
    this.#file = join(directory, `${name}.jsonl`)
  }

  async read(): Promise<readonly Line[]> {
    const text = await readFile(this.#file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    // What comes after the last line break was being written when the process stopped: nobody was told that it was done.
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line)
  }

  append(lines: readonly Line[]): Promise<void> {
    return this.#next(async () => {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 })
      await appendFile(this.#file, written(lines), { mode: 0o600 })
    })
  }

  replace(lines: readonly Line[]): Promise<void> {
    return this.#next(async () => {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 })
      await writeFile(`${this.#file}.new`, written(lines), { mode: 0o600 })
      await rename(`${this.#file}.new`, this.#file)
    })
  }

  remove(): Promise<void> {
    return this.#next(() => rm(this.#file, { force: true }))
  }

  /** Settles when all that was begun is done. */
  settled(): Promise<void> {
    return this.#last
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }
}

const written = (lines: readonly Line[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
