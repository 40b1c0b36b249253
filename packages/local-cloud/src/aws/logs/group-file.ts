/** One log group on disk: a line of JSON for each stream and each event, in the order of their arrival. */
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { appendWhole, readWhole } from '../../whole-lines.ts'
import type { StoredEvent } from './log-event.ts'

export type Line = { readonly stream: string } | { readonly event: StoredEvent }

export class GroupFile {
  readonly #file: string
  /** Writes come one after the other. */
  #last: Promise<void> = Promise.resolve()

  constructor(directory: string, name: string) {
    this.#file = join(directory, `${name}.jsonl`)
  }

  async read(): Promise<readonly Line[]> {
    return (await readWhole(this.#file)).map((line) => JSON.parse(line) as Line)
  }

  append(lines: readonly Line[]): Promise<void> {
    return this.#next(async () => {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 })
      const file = await open(this.#file, 'a', 0o600)
      await appendWhole(file, written(lines), { durable: false }).finally(() => file.close())
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

  /** Resolves when all writes that were begun have ended. */
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
