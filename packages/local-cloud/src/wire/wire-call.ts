/** The form of a request below the TLS ports. Services and faults both read it. */

/** A request in this process, without TLS. */
export interface WireCall {
  readonly host: string
  readonly method: string
  /** The path and query string. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
}
