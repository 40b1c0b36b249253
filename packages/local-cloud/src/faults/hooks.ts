/** Where faults are hooked in: what the wire and the function runtime ask. */
import type { Origin } from '../network/reach.ts'
import type { WireResponse } from '../wire/service.ts'
import type { WireCall } from '../wire/wire-call.ts'

/** What the wire asks for each request. */
export interface WireFaults {
  /** Changes with every outage: what was reachable may not be any more. */
  readonly version: number
  serve(
    request: { readonly service: string; readonly from: Origin; readonly call: WireCall },
    handle: () => Promise<WireResponse>,
  ): Promise<WireResponse>
}

/** What the function runtime asks for each invocation. */
export interface LambdaFaults {
  /** @throws AwsError of a fault that keeps the request from the function */
  before(call: { readonly functionName: string; readonly account: string }): Promise<void>
  /** A process has the request now. @returns to be called once it has answered */
  serving(call: { readonly functionName: string; readonly account: string }, pid: number | undefined): () => void
}
