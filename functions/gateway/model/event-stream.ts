/** Reads and writes Bedrock's event stream (`application/vnd.amazon.eventstream`) with AWS's own codec. */
import { EventStreamCodec } from '@smithy/core/event-streams'

/** Decodes with Node's `Buffer`, which takes a third of a `TextDecoder`'s time for texts as short as these. */
export const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('utf8')

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : textOf(bytes)),
  (text) => new TextEncoder().encode(text),
)

/** One message of a stream. */
export interface Frame {
  /** The whole message as it arrived, which is passed on to a client of Bedrock's API. */
  readonly raw: Uint8Array
  readonly kind: 'event' | 'exception'
  /** Name of the event (`contentBlockDelta`, `chunk`, …) or of the exception (`throttlingException`, …). */
  readonly type: string
  /** JSON as bytes. */
  readonly body: Uint8Array
}

/** Messages of Bedrock are far smaller, so anything longer is treated as damaged. */
const MAXIMUM_BYTES = 16 * 1024 * 1024
const PRELUDE_BYTES = 12

/** Cuts what arrives into frames. It takes chunks in the order of their arrival, and keeps an incomplete frame for the next call. */
export function createFrameReader(): { read(chunk: Uint8Array): readonly Frame[]; readonly pending: boolean } {
  let rest: Uint8Array = new Uint8Array()
  return {
    read(chunk) {
      const bytes = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk])
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const frames: Frame[] = []
      let at = 0
      while (bytes.byteLength - at >= PRELUDE_BYTES) {
        const length = view.getUint32(at)
        if (length > MAXIMUM_BYTES) throw new Error('a message of the event stream is too long')
        if (bytes.byteLength - at < length) break
        frames.push(decode(bytes.subarray(at, at + length)))
        at += length
      }
      rest = bytes.subarray(at)
      return frames
    },
    get pending() {
      return rest.byteLength > 0
    },
  }
}

function decode(raw: Uint8Array): Frame {
  const { headers, body } = codec.decode(raw)
  const text = (name: string) => `${headers[name]?.value ?? ''}`
  const kind = text(':message-type') === 'event' ? 'event' : 'exception'
  return { raw, kind, body, type: text(kind === 'event' ? ':event-type' : ':exception-type') || text(':error-code') }
}

/** @param type begins with a small letter, as in the list of a stream's events */
export function exceptionFrame(type: string, message: string): Uint8Array {
  return frame({ ':message-type': 'exception', ':exception-type': type }, { message })
}

/** An event as Bedrock sends it; tests use it too. */
export function eventFrame(type: string, event: unknown): Uint8Array {
  return frame({ ':message-type': 'event', ':event-type': type }, event)
}

function frame(names: Readonly<Record<string, string>>, body: unknown): Uint8Array {
  const headers = { ...names, ':content-type': 'application/json' }
  return codec.encode({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }])),
    body: new TextEncoder().encode(JSON.stringify(body)),
  })
}
