/** Sends changes to all open pages as server-sent events, several at a time. */
import type { ServerResponse } from 'node:http'
import type { Message } from './messages.ts'

/** A page is not drawn more often than this. */
const EVERY_MILLISECONDS = 100
/** A page that does not read its events is disconnected when this many bytes are waiting. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024

export class Feed {
  readonly #open = new Set<ServerResponse>()
  readonly #gather: () => readonly Message[]
  readonly #whole: () => Message
  #timer: NodeJS.Timeout | undefined

  /**
   * @param gather returns what has changed since it was last called
   * @param whole returns everything, which a page gets first
   */
  constructor(gather: () => readonly Message[], whole: () => Message) {
    this.#gather = gather
    this.#whole = whole
  }

  get isWatched(): boolean {
    return this.#open.size > 0
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    // Changes that happened while nobody watched are part of the whole.
    if (this.#open.size === 0) this.#gather()
    this.#open.add(response)
    response.once('close', () => {
      this.#open.delete(response)
      if (this.#open.size === 0) this.#rest()
    })
    // The next changes sent to the other pages are in the whole already; to receive them again does no harm.
    response.write(encode(this.#whole()))
    this.#timer ??= setInterval(() => this.#tell(), EVERY_MILLISECONDS)
    this.#timer.unref()
  }

  close(): void {
    this.#rest()
    for (const response of this.#open) response.destroy()
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tell(): void {
    const messages = this.#gather()
    if (messages.length === 0) return
    const text = messages.map(encode).join('')
    for (const response of this.#open) {
      if (response.writableLength > MOST_WAITING_BYTES) response.destroy()
      else response.write(text)
    }
  }
}

const encode = (message: Message) => `data: ${JSON.stringify(message)}\n\n`
