/** A model's stream on its way to the caller: turned into a shape's text, kept alive, ended as it deserves. */

import { GatewayError } from './errors.ts'
import type { Frame } from './event-stream.ts'
import { KEEP_ALIVE_MILLISECONDS } from './limits.ts'

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

/** Nothing is read from the model before the caller asks for it: a slow reader costs one batch of memory. */
export function toBody({ batches, keepAlive, failed, ended }: StreamPlan): ReadableStream<Uint8Array> {
  const text = new TextEncoder()
  const bytes = (chunk: string | Uint8Array) => (typeof chunk === 'string' ? text.encode(chunk) : chunk)
  let pending: Promise<IteratorResult<Uint8Array | string, string | undefined>> | undefined
  let over = false
  const end = (error?: unknown) => {
    if (!over) ended(error)
    over = true
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          pending ??= batches.next()
          const result = await (keepAlive === undefined ? pending : orSilence(pending))
          if (over) return
          if (result === SILENCE) return controller.enqueue(bytes(keepAlive ?? ''))
          pending = undefined
          if (!result.done) return controller.enqueue(bytes(result.value))
          end()
          if (result.value) controller.enqueue(bytes(result.value))
          controller.close()
        } catch (error) {
          if (over) return
          const last = bytes(failed(error))
          end(error)
          controller.enqueue(last)
          controller.close()
        }
      },
      cancel() {
        end(clientLeft())
        // Whatever the model still sends is nobody's: the iterator closes its connection.
        pending?.catch(() => {})
        batches.return(undefined).catch(() => {})
      },
    },
    { highWaterMark: 0 },
  )
}

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
