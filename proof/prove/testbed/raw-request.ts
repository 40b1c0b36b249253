/** Requests that can be wrong in ways that no HTTP client allows, and what comes back. */

export interface Http2Request {
  /** As they are sent, pseudo-headers among them. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string
}

export interface RawRequest {
  readonly method?: string
  readonly target: string
  /** Host, user agent and `connection: close` are there unless named here. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Uint8Array
  /** Sent instead of all of the above. */
  readonly bytes?: string | Uint8Array
  /** Sent over HTTP/2, instead of all of the above. */
  readonly http2?: Http2Request
  /** The client hangs up when it has sent what there is. @default false: it waits for the answer */
  readonly hangUp?: boolean
  /** Waits a little after the answer: a request that was smuggled in is answered after it. @default false */
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
  /** Name of the TLS handshake and of the `Host` header. */
  readonly servername: string
  /** PEM; the machine's own authorities without it. */
  readonly ca?: string
  /** Without TLS. @default false */
  readonly plain?: boolean
}

export const TIMEOUT_MILLISECONDS = 30_000
/** Long enough for a warm function to answer a second request. */
export const LINGER_MILLISECONDS = 60
