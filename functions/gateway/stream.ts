/**
 * A model's stream on its way to the caller: turned into the text of the caller's API, kept alive during silences, and ended normally or with an
 * error.
 */

import { KEEP_ALIVE_MILLISECONDS } from './constants.ts'
import { GatewayError } from './errors.ts'
import type { AnswerStream } from './http.ts'
import type { Frame } from './model/event-stream.ts'
import type { Batches } from './model/frames.ts'

/** A stream of a model's answer. */
export interface ModelStream<Event> {
  /**
   * The frames, one read at a time, so that frames that arrive together are sent together. It ends only after a whole answer. It throws a
   * `GatewayError` for an exception in the stream, for a cut connection, and for a silence that is longer than allowed.
   */
  readonly batches: Batches
  /** Parses a frame. */
  readonly decode: (frame: Frame) => Event
}

/** Turns a model's events, in their order, into the text of one API. An encoder keeps its own state. */
export interface Encoder<Event> {
  /** The text for an event; '' sends nothing. If it throws a `GatewayError`, the stream ends as a failed one. */
  encode(event: Event): string
  /** Called after a whole answer: the format's normal end, such as `data: [DONE]`. */
  end(): string
  /** Called after a failure in place of the shape's own error event, if that event depends on what was sent before. */
  failed?(error: GatewayError): string
}

export interface Pieces {
  /** What is sent to the caller for a batch; an empty piece sends nothing. */
  piece(frames: readonly Frame[]): Piece
  /** The last thing that is sent. A client that has read it may disconnect, because it has the whole answer. */
  end(): string
}

export interface Piece {
  readonly bytes: string | Uint8Array
  /** Set if the batch failed in the middle; what came before the failure is sent to the caller. */
  readonly failure?: { readonly error: unknown }
}

export interface StreamPlan extends Pieces {
  readonly batches: Batches
  readonly keepAlive: string | undefined
  /** What is sent to the caller instead of the normal end. */
  readonly failed: (error: unknown) => string | Uint8Array
  /** Called once: when everything was sent, when the stream failed, or when the client disconnected. Without an error, the stream ended well. */
  readonly ended: (error?: unknown) => void
}

/** Turns batches into the text of an API. */
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

/** Passes batches on unchanged. */
export const UNTOUCHED: Pieces = {
  piece: ([first, ...more]) => ({
    bytes: !first ? '' : more.length === 0 ? first.raw : Buffer.concat([first, ...more].map(({ raw }) => raw)),
  }),
  end: () => '',
}

/**
 * Reads from the model only when the adapter asks, so a slow reader takes the memory of one batch. The adapter calls `return` when the client
 * has disconnected.
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

  /** The next batch's piece; '' if it sends nothing to the caller; `undefined` after the end. */
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

/** Makes one timer for a stream, which is started again for each wait. */
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
