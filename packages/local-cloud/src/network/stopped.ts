import type { Hop, Refusal } from './path.ts'

/** Thrown where a packet is lost or a name does not resolve, and caught in reach.ts, because a look-up can end in many places. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly layer: Refusal['layer']

  /** @param reason names the thing to fix */
  constructor(layer: Refusal['layer'], reason: string) {
    super(reason)
    this.layer = layer
  }
}

/** What a packet has passed so far. */
export type Trace = Hop[]
