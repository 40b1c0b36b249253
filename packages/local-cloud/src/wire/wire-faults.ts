/** The points of the wire at which injected faults take effect. */
import type { Origin } from '../network/path.ts'
import type { WireResponse } from './service.ts'
import type { WireCall } from './wire-call.ts'

/** What the wire asks for each request. */
export interface WireFaults {
  /** Changes with every outage: what was reachable may not be any more. */
  readonly version: number
  serve(
    request: { readonly service: string; readonly from: Origin; readonly call: WireCall },
    handle: () => Promise<WireResponse>,
  ): Promise<WireResponse>
}
