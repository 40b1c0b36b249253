/** What CloudWatch Logs sends to a subscribed function: gzipped JSON in base64, in `awslogs.data`. */

import { gunzipSync } from 'node:zlib'
import { isMap } from '../../shared/is-map.ts'

/** Lines of one stream of one log group. */
export interface Delivery {
  /** Written by CloudWatch Logs, not by the program that printed the lines. */
  readonly logGroup: string
  readonly events: readonly LogEvent[]
}

export interface LogEvent {
  /** CloudWatch Logs' id of the line, the same each time the line is delivered. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly message: string
}

/** The largest unpacked delivery. CloudWatch Logs sends no larger one. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * @returns undefined for a control message, with which CloudWatch Logs tests whether the function can be reached
 * @throws Error for anything else, so that it is counted and noticed
 */
export function readDelivery(event: unknown): Delivery | undefined {
  const data = isMap(event) && isMap(event.awslogs) ? event.awslogs.data : undefined
  if (typeof data !== 'string') throw new Error('The event is not one of CloudWatch Logs.')
  const body: unknown = JSON.parse(gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: MAX_BYTES }).toString())
  if (!isMap(body)) throw new Error('The delivery is no object.')
  if (body.messageType === 'CONTROL_MESSAGE') return undefined
  const { messageType, logGroup, logEvents } = body
  if (messageType !== 'DATA_MESSAGE' || typeof logGroup !== 'string' || !Array.isArray(logEvents))
    throw new Error('The delivery is neither of data nor of control.')
  return { logGroup, events: logEvents.map(readEvent) }
}

function readEvent(event: unknown): LogEvent {
  if (isMap(event)) {
    const { id, timestamp, message } = event
    if (typeof id === 'string' && typeof timestamp === 'number' && typeof message === 'string')
      return { id, timestamp, message }
  }
  throw new Error('The delivery holds something that is no log event.')
}
