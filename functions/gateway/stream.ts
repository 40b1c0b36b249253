/** A model's stream on its way to the caller: turned into a shape's text, kept alive, ended as it deserves. */

import { KEEP_ALIVE_MILLISECONDS } from './constants.ts'
import { GatewayError } from './errors.ts'
import type { AnswerStream } from './http.ts'
import type { Frame } from './model/event-stream.ts'
import type { Batches } from './model/frames.ts'

/** What a model sends while it works. */
export interface ModelStream<Event> {
  /**
   * The frames of one read at a time, so that what arrives together leaves together. It ends after a whole answer only;
   * it throws a `GatewayError` for an exception in the stream, a cut, or silence beyond the time allowed.
   */
  readonly batches: Batches
  /** What a frame says, parsed. */
  readonly decode: (frame: Frame) => Event
}

/** Makes a shape's text of a model's events, in their order. State is the encoder's own. */
export interface Encoder<Event> {
  /** What the caller gets for the event; nothing for ''. A `GatewayError` that it throws ends the stream as a failed one. */
  encode(event: Event): string
  /** After a whole answer: the shape's normal end, such as `data: [DONE]`. */
  end(): string
  /** Instead of the shape's event of a failure, where that depends on what was sent before it. */
  failed?(error: GatewayError): string
}

export interface Pieces {
  /** What the caller gets of a batch: nothing, where it is empty. */
  piece(frames: readonly Frame[]): Piece
  /** Sent as the last of all: a client that has read it may leave, and has the whole answer. */
  end(): string
}

export interface Piece {
  readonly bytes: string | Uint8Array
  /** What failed in the middle of the batch; what came before it is the caller's. */
  readonly failure?: { readonly error: unknown }
}

export interface StreamPlan extends Pieces {
  readonly batches: Batches
  readonly keepAlive: string | undefined
  /** What the caller gets instead of the normal end. */
  readonly failed: (error: unknown) => string | Uint8Array
  /** Told once: when all was sent, when it failed, or when the client left (`undefined` error: it ended well). */
  readonly ended: (error?: unknown) => void
}

/** Batches in a shape's text. */
export const encoded = <Event>(decode: ModelStream<Event>['decode'], encoder: Encoder<Event>): Pieces => ({
  piece(frames) {
    let bytes = ''
    try {
      for (const frame of frames) bytes += encoder.encode(decode(frame))
      return { bytes }
    } catch (error) {
      return { bytes, failure: { error } }
    }
  },
  end: () => encoder.end(),
})

/** Batches as they came. */
export const UNTOUCHED: Pieces = {
  piece: ([first, ...more]) => ({
    bytes: !first ? '' : more.length === 0 ? first.raw : Buffer.concat([first, ...more].map(({ raw }) => raw)),
  }),
  end: () => '',
}

/**
 * Nothing is read from the model before the adapter asks for it: a slow reader costs one batch of memory. `return` says that
 * the client has left.
 */
export function toAnswerStream({ batches, piece, end, keepAlive, failed, ended }: StreamPlan): AnswerStream {
  const silence = keepAlive === undefined ? undefined : createSilence()
  let pending: ReturnType<Batches['next']> | undefined
  let failure: Piece['failure']
  let over = false
  const finish = (error?: unknown) => {
    if (over) return
    over = true
    silence?.stop()
    ended(error)
  }

  /** The next batch's piece, '' where it says nothing to the caller; `undefined` when all is said. */
  async function read(): Promise<string | Uint8Array | undefined> {
    if (failure) throw failure.error
    pending ??= batches.next()
    const result = await (silence ? silence.or(pending) : pending)
    if (result === SILENCE) return keepAlive
    pending = undefined
    if (result.done) return undefined
    const made = piece(result.value)
    failure = made.failure
    return made.bytes
  }

  async function next(): Promise<IteratorResult<Uint8Array | string, undefined>> {
    try {
      while (!over) {
        const value = await read()
        if (over) return DONE
        if (value === undefined) {
          const last = end()
          finish()
          return last === '' ? DONE : { done: false, value: last }
        }
        if (value.length > 0) return { done: false, value }
      }
      return DONE
    } catch (error) {
      if (over) return DONE
      batches.return()
      const value = failed(error)
      finish(error)
      return { done: false, value }
    }
  }

  return {
    next,
    async return() {
      if (over) return DONE
      finish(clientLeft())
      // Nobody reads what the model still sends.
      pending?.catch(() => {})
      batches.return()
      return DONE
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const DONE = { done: true, value: undefined } as const

export const clientLeft = (): GatewayError =>
  new GatewayError('client_left', 'The client left before the answer ended.')

const SILENCE = Symbol('silence')

/** One timer a stream, wound up again for each wait. */
function createSilence() {
  let wake: ((silence: typeof SILENCE) => void) | undefined
  const timer = setTimeout(() => wake?.(SILENCE), KEEP_ALIVE_MILLISECONDS)
  return {
    or<T>(work: Promise<T>): Promise<T | typeof SILENCE> {
      timer.refresh()
      return new Promise((resolve, reject) => {
        wake = resolve
        work.then(resolve, reject)
      })
    },
    stop: () => clearTimeout(timer),
  }
}
