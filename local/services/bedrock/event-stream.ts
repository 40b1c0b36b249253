/** `application/vnd.amazon.eventstream`: length, headers and payload of each event, each guarded by a CRC. */
import { crc32 } from 'node:zlib'

export interface StreamEvent {
  /** `messageStart`, `contentBlockDelta`, … */
  readonly type: string
  readonly payload: unknown
}

const PRELUDE_BYTES = 8
const CRC_BYTES = 4
const STRING_TYPE = 7

export const encodeEvents = (events: readonly StreamEvent[]): Uint8Array => Buffer.concat(events.map(encodeEvent))

function encodeEvent({ type, payload }: StreamEvent): Buffer {
  const headers = Buffer.concat(
    [
      [':event-type', type],
      [':content-type', 'application/json'],
      [':message-type', 'event'],
    ].map(([name = '', value = '']) => header(name, value)),
  )
  const body = Buffer.from(JSON.stringify(payload))
  const length = PRELUDE_BYTES + CRC_BYTES + headers.length + body.length + CRC_BYTES
  const prelude = Buffer.concat([uint32(length), uint32(headers.length)])
  const unguarded = Buffer.concat([prelude, uint32(crc32(prelude)), headers, body])
  return Buffer.concat([unguarded, uint32(crc32(unguarded))])
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(STRING_TYPE), length, Buffer.from(value)])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
