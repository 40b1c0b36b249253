/** A request as the wire passes it on; below the wire and the faults, which both read it. */

/** One request in-process, without TLS. */
export interface WireCall {
  readonly host: string
  readonly method: string
  /** Path and query string. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
}
