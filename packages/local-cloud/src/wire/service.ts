/** The interface of a service, and what it gets with each request. */
import type { ApiCall, Decision, Session } from '../iam/authorize.ts'
import type { LedgerView } from '../ledger/ledger.ts'
import type { Origin, Path } from '../network/path.ts'
import type { Organization, PolicyDocument } from '../organization.ts'

/** One request to an AWS service, after TLS, before authentication. */
export interface WireRequest {
  readonly method: string
  /** The path and query string, as sent. */
  readonly target: string
  /** Lower-case names; `host` is set for HTTP/2 as well. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly from: Origin
  /** The network path of this connection. */
  readonly path: Path
  /** The host name of the TLS handshake. */
  readonly host: string
  readonly region: string
  /** `aws:SourceVpc`, `aws:SourceVpce` and `aws:SourceIp`, depending on the way by which the request came. */
  readonly context: Readonly<Record<string, string>>
  /** The policy of the endpoint through which the request came. */
  readonly endpointPolicy?: PolicyDocument
  readonly signal: AbortSignal
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** An iterable is sent chunk by chunk, no faster than the client reads. It is ended when the client leaves. */
  readonly body: Body
  /** Which operation was served for whom. It is reported to the observer, and never sent. */
  readonly served?: Served
  /** Set by a fault: the response is not delivered, the connection is reset, or it breaks in the middle. */
  readonly delivery?: 'silence' | 'reset' | 'half'
}

export type Body = Uint8Array | string | AsyncIterable<Uint8Array>

/** Thrown by a body that a fault has cut off: the connection breaks there. It is no error of the stand-in. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
}

/** A response whose body is complete. */
export interface WholeResponse extends WireResponse {
  readonly body: Uint8Array | string
}

export interface Served {
  /** `AssumeRole`; if the operation has no name, the method and path. */
  readonly operation: string
  /** Absent if the caller is not known, because the request is unsigned or was refused before. */
  readonly session?: Session
  /** The error code, if the request was refused. */
  readonly errorCode?: string
  /** A sentence about what the local cloud does not support. It is also printed, because the caller may be a program. */
  readonly unsupported?: string
}

/** Everything that a service may use. */
export interface Surroundings {
  readonly ledger: LedgerView
  readonly organization: Organization
  readonly authorize: (call: ApiCall) => Promise<Decision>
  /** Seconds since 1970. It is the only clock, so tests can change it. */
  readonly now: () => number
}

export interface Service {
  /** The first label of the host name: `sts`, `dynamodb`, `cognito-idp`, `bedrock-runtime`. */
  readonly name: string
  handle(request: WireRequest): Promise<WireResponse>
}
