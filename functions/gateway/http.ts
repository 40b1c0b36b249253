/**
 * A request and an answer, as adapters pass them: the parts of the web's `Request` and `Response` that the gateway needs. Using the globals
 * would load all of `fetch`, which takes a quarter of a cold start; `adapters/web.ts` converts.
 */

export interface RequestHeaders {
  /** The values of several headers with one name are joined with `, `. */
  get(name: string): string | null
  has(name: string): boolean
}

export interface IncomingRequest {
  readonly method: string
  /** As sent, still encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: RequestHeaders
  /** Reads the body; may throw a `GatewayError` about the adapter's limits. */
  body(): Promise<Uint8Array>
  /** Aborted when the client has left, if the adapter can notice that. */
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | AnswerStream
}

/** The pieces of an answer, made when they are asked for. An adapter reads to the end, or calls `return` when the client has left. */
export interface AnswerStream extends AsyncIterableIterator<string | Uint8Array, undefined> {
  return(): Promise<IteratorResult<string | Uint8Array, undefined>>
}

/** Names in small letters. */
export function headersOf(values: ReadonlyMap<string, string>): RequestHeaders {
  return { get: (name) => values.get(name.toLowerCase()) ?? null, has: (name) => values.has(name.toLowerCase()) }
}
