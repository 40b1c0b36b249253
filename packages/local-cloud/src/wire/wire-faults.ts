/** The points of the wire at which injected faults take effect. */
import type { Origin } from '../network/path.ts'
import type { WireResponse } from './service.ts'
import type { WireCall } from './wire-call.ts'

/** What is asked for each request. */
export interface WireFaults {
  /** Changes with every outage, after which something may no longer be reachable. */
  readonly version: number
  serve(
    request: { readonly service: string; readonly from: Origin; readonly call: WireCall },
    handle: () => Promise<WireResponse>,
  ): Promise<WireResponse>
}
