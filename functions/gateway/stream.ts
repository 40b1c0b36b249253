/** A model's stream on its way to the caller: turned into a shape's text, kept alive, ended as it deserves. */

import { GatewayError } from './errors.ts'
import type { AnswerStream } from './http.ts'
import { KEEP_ALIVE_MILLISECONDS } from './limits.ts'
import type { Frame } from './model/event-stream.ts'

/** What a model sends while it works. */
export interface ModelStream<Event> {
  /**
   * The frames of one read at a time, so that what arrives together leaves together. It ends after a whole answer only;
   * it throws a `GatewayError` for an exception in the stream, a cut, or silence beyond the time allowed.
   */
  readonly batches: AsyncIterable<readonly Frame[]>
  /** What a frame says, parsed. */
  readonly decode: (frame: Frame) => Event
}

/** Makes a shape's text of a model's events, in their order. State is the encoder's own. */
export interface Encoder<Event> {
  /** What the caller gets for the event; nothing for ''. A `GatewayError` that it throws ends the stream as a failed one. */
  encode(event: Event): string
  /** After a whole answer: the shape's normal end, such as `data: [DONE]`. */
  end(): string
}

/** What it returns is sent as the last of all: a client that has read it may leave, and has the whole answer. */
type Pieces = AsyncGenerator<Uint8Array | string, string | undefined>

export interface StreamPlan {
  readonly batches: Pieces
  readonly keepAlive: string | undefined
  /** What the caller gets instead of the normal end. */
  readonly failed: (error: unknown) => string | Uint8Array
  /** Told once: when all was sent, when it failed, or when the client left (`undefined` error: it ended well). */
  readonly ended: (error?: unknown) => void
}

/** Batches in a shape's text. */
export async function* encoded<Event>(
  { batches, decode }: ModelStream<Event>,
  encoder: Encoder<Event>,
): AsyncGenerator<string, string> {
  for await (const frames of batches) {
    let text = ''
    try {
      for (const frame of frames) text += encoder.encode(decode(frame))
    } finally {
      // What came before a failure is the caller's.
      if (text !== '') yield text
    }
  }
  return encoder.end()
}

/** Batches as they came. */
export async function* untouched({ batches }: ModelStream<unknown>): AsyncGenerator<Uint8Array, undefined> {
  for await (const frames of batches) {
    const [first] = frames
    if (first) yield frames.length === 1 ? first.raw : Buffer.concat(frames.map(({ raw }) => raw))
  }
}

/**
 * Nothing is read from the model before the adapter asks for it: a slow reader costs one batch of memory. `return` says that
 * the client has left.
 */
export function toAnswerStream({ batches, keepAlive, failed, ended }: StreamPlan): AnswerStream {
  const iterator = batches[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<Uint8Array | string, string | undefined>> | undefined
  let over = false
  const end = (error?: unknown) => {
    if (!over) ended(error)
    over = true
  }

  async function next(): Promise<IteratorResult<Uint8Array | string, undefined>> {
    if (over) return DONE
    try {
      pending ??= iterator.next()
      const result = await (keepAlive === undefined ? pending : orSilence(pending))
      if (over) return DONE
      if (result === SILENCE) return { done: false, value: keepAlive ?? '' }
      pending = undefined
      if (!result.done) return result
      end()
      return result.value ? { done: false, value: result.value } : DONE
    } catch (error) {
      if (over) return DONE
      const value = failed(error)
      end(error)
      return { done: false, value }
    }
  }

  return {
    next,
    async return() {
      if (over) return DONE
      end(clientLeft())
      // Whatever the model still sends is nobody's: the iterator closes its connection.
      pending?.catch(() => {})
      iterator.return?.(undefined)?.catch(() => {})
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

async function orSilence<T>(work: Promise<T>): Promise<T | typeof SILENCE> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<typeof SILENCE>((resolve) => {
    timer = setTimeout(resolve, KEEP_ALIVE_MILLISECONDS, SILENCE)
  })
  try {
    return await Promise.race([work, silence])
  } finally {
    clearTimeout(timer)
  }
}
