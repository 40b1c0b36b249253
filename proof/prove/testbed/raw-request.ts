/** Requests that can be wrong in ways that no HTTP client allows, and their answers. */

export interface Http2Request {
  /** Headers in the order in which they are sent, including pseudo-headers. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string
}

export interface RawRequest {
  readonly method?: string
  readonly target: string
  /** Host, user agent and `connection: close` are added, unless they are given here. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Uint8Array
  /** Sent instead of all the fields above. */
  readonly bytes?: string | Uint8Array
  /** Sent over HTTP/2, instead of all the fields above. */
  readonly http2?: Http2Request
  /**
   * The client disconnects when it has sent everything.
   * @default false: it waits for the answer
   */
  readonly hangUp?: boolean
  /**
   * Waits a little after the answer, because a smuggled request is answered after it.
   * @default false
   */
  readonly lingers?: boolean
}

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Connection {
  readonly host: string
  readonly port: number
  /** Name in the TLS handshake and in the `Host` header. */
  readonly servername: string
  /** PEM of the trusted authority; without it, the computer's own authorities. */
  readonly ca?: string
  /** Without TLS. @default false */
  readonly plain?: boolean
}

export const TIMEOUT_MILLISECONDS = 30_000
/** Milliseconds, long enough for a running function to answer a second request. */
export const LINGER_MILLISECONDS = 60
