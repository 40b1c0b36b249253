/** Sends changes to all open pages as server-sent events, several at a time. */
import type { ServerResponse } from 'node:http'
import type { Message } from './messages.ts'

/** A page draws no more often. */
const EVERY_MILLISECONDS = 100
/** A page that does not read its events is disconnected when this much is waiting. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024

export class Feed {
  readonly #open = new Set<ServerResponse>()
  readonly #gather: () => readonly Message[]
  readonly #whole: () => Message
  #timer: NodeJS.Timeout | undefined

  /**
   * @param gather what has changed since it was asked last
   * @param whole what a page begins with
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
    // What has changed while nobody looked is in the whole.
    if (this.#open.size === 0) this.#gather()
    this.#open.add(response)
    response.once('close', () => {
      this.#open.delete(response)
      if (this.#open.size === 0) this.#rest()
    })
    // What the others are told next is in the whole already; to be told it again does no harm.
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
