/** What the wire hands to a service, and what a service is. */
import type { ApiCall, Decision, Session } from '../iam/authorize.ts'
import type { LedgerView } from '../ledger/ledger.ts'
import type { Origin, Path } from '../network/path.ts'
import type { Organization, PolicyDocument } from '../organization.ts'

/** One request to an AWS service, after TLS, before authentication. */
export interface WireRequest {
  readonly method: string
  /** Path and query string as sent. */
  readonly target: string
  /** Lower-case names; `host` is set for HTTP/2 as well. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly from: Origin
  /** The path that was looked up for this connection. */
  readonly path: Path
  /** Host name of the TLS handshake. */
  readonly host: string
  readonly region: string
  /** `aws:SourceVpc`, `aws:SourceVpce` and `aws:SourceIp`, by where the request came through. */
  readonly context: Readonly<Record<string, string>>
  /** Policy of the endpoint that it came through. */
  readonly endpointPolicy?: PolicyDocument
  readonly signal: AbortSignal
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** An iterable is sent chunk by chunk, no faster than the client reads; it is ended when the client goes away. */
  readonly body: Body
  /** What was done for whom: told to the wire's observer, never sent. */
  readonly served?: Served
  /** How it arrives, where a fault says so: not at all, as a reset connection, or cut off in the middle. */
  readonly delivery?: 'silence' | 'reset' | 'half'
}

export type Body = Uint8Array | string | AsyncIterable<Uint8Array>

/** Thrown by a body of which no more is to come: the connection breaks there. No mistake of the stand-in. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
}

/** A response of which everything is there. */
export interface WholeResponse extends WireResponse {
  readonly body: Uint8Array | string
}

export interface Served {
  /** `AssumeRole`, or the method and path where there is no such name. */
  readonly operation: string
  /** Absent while the caller is not known: unsigned, or refused before. */
  readonly session?: Session
  /** Error code of a refusal. */
  readonly errorCode?: string
  /** What the local cloud does not have, in a sentence: for the console too, as the caller may be a program. */
  readonly unsupported?: string
}

/** Everything a service may use. */
export interface Surroundings {
  readonly ledger: LedgerView
  readonly organization: Organization
  readonly authorize: (call: ApiCall) => Promise<Decision>
  /** Seconds since 1970; the one clock, so that tests can move it. */
  readonly now: () => number
}

export interface Service {
  /** First label of the host name: `sts`, `dynamodb`, `cognito-idp`, `bedrock-runtime`. */
  readonly name: string
  handle(request: WireRequest): Promise<WireResponse>
}
