/** Keeps what functions print: the last lines of each function in memory, and all lines in a file in the local cloud's directory. */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import path from 'node:path'
import { MAX_LOG_LINES } from './constants.ts'

export interface LogLine {
  readonly functionName: string
  /** `2026/11/23/[$LATEST]…`: one for each process. */
  readonly stream: string
  readonly line: string
}

export class FunctionLogs {
  readonly #directory: string
  readonly #kept: number
  readonly #lines = new Map<string, LogLine[]>()
  readonly #files = new Map<string, WriteStream>()

  constructor(directory: string, kept = MAX_LOG_LINES) {
    this.#directory = path.join(directory, 'logs')
    this.#kept = kept
  }

  add(line: LogLine): void {
    const lines = this.#lines.get(line.functionName) ?? []
    lines.push(line)
    if (lines.length > this.#kept) lines.splice(0, lines.length - this.#kept)
    this.#lines.set(line.functionName, lines)
    this.#file(line.functionName).write(`${line.stream} ${line.line}\n`)
  }

  of(functionName: string): readonly LogLine[] {
    return [...(this.#lines.get(functionName) ?? [])]
  }

  async close(): Promise<void> {
    const open = [...this.#files.values()]
    this.#files.clear()
    await Promise.all(open.map((stream) => new Promise<void>((closed) => stream.end(closed))))
  }

  #file(functionName: string): WriteStream {
    const open = this.#files.get(functionName)
    if (open) return open
    mkdirSync(this.#directory, { recursive: true })
    const stream = createWriteStream(path.join(this.#directory, `${functionName}.log`), { flags: 'a', mode: 0o600 })
    // If the disk is full or gone, the local cloud goes on; the lines stay in memory.
    stream.on('error', () => {})
    this.#files.set(functionName, stream)
    return stream
  }
}
