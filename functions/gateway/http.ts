/**
 * A request and an answer, as adapters hand them over: the parts of the web's `Request` and `Response` that the gateway needs.
 * The globals themselves would load all of `fetch` with them, a quarter of a cold start; `adapters/web.ts` translates.
 */

export interface RequestHeaders {
  /** Values of several headers of one name are joined with `, `. */
  get(name: string): string | null
  has(name: string): boolean
}

export interface IncomingRequest {
  readonly method: string
  /** As sent, still encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: RequestHeaders
  /** The body, read when it is asked for; may throw a `GatewayError` of the adapter's limits. */
  body(): Promise<Uint8Array>
  /** Aborted when the client has left, where the adapter can know it. */
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | AnswerStream
}

/** Pieces of an answer, made when they are asked for. An adapter reads it to its end, or returns it when the client has left. */
export interface AnswerStream extends AsyncIterableIterator<string | Uint8Array, undefined> {
  return(): Promise<IteratorResult<string | Uint8Array, undefined>>
}

/** Names in small letters. */
export function headersOf(values: ReadonlyMap<string, string>): RequestHeaders {
  return { get: (name) => values.get(name.toLowerCase()) ?? null, has: (name) => values.has(name.toLowerCase()) }
}
