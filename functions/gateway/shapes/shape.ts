/** The format of an API: its headers, its errors, and what its streams need besides events. */
import type { GatewayError } from '../errors.ts'

export interface Shape {
  readonly name: 'gateway' | 'bedrock' | 'openai' | 'anthropic'
  /** A header with the request's id, under the name that this API's clients read. */
  idHeaders(requestId: string): Readonly<Record<string, string>>
  error(error: GatewayError, requestId: string): ErrorAnswer
  /** Absent if no operation of this format streams. */
  readonly stream?: StreamShape
}

export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A JSON text. */
  readonly body: string
}

export interface StreamShape {
  readonly contentType: string
  /**
   * Sent after 15 s of silence, so that nothing between the gateway and the client closes the connection as idle. Absent if the format has
   * nothing of the kind.
   */
  readonly keepAlive?: string
  /** The last part of a stream that failed in the middle. The format's normal end must not follow it. */
  error(error: GatewayError, requestId: string): string | Uint8Array
}

/** Writes one server-sent event. */
export function serverSentEvent(data: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}
