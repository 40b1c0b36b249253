/** In whose shape an operation speaks: headers, errors, and what a stream of it needs beside its events. */
import type { GatewayError } from '../errors.ts'

export interface Shape {
  readonly name: 'gateway' | 'bedrock' | 'openai' | 'anthropic'
  /** The request's id under the name by which this shape's clients read it. */
  idHeaders(requestId: string): Readonly<Record<string, string>>
  error(error: GatewayError, requestId: string): ErrorAnswer
  /** Absent: nothing of this shape streams. */
  readonly stream?: StreamShape
}

export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON as text. */
  readonly body: string
}

export interface StreamShape {
  readonly contentType: string
  /** Sent after 15 s of silence, so that nobody on the way takes the connection for dead; absent where the format has no such thing. */
  readonly keepAlive?: string
  /** The last thing of a stream that failed in the middle. The format's normal end must not follow. */
  error(error: GatewayError, requestId: string): string | Uint8Array
}

/** One server-sent event. */
export function serverSentEvent(data: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}
