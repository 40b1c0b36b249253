import type { Hop, Refusal } from './path.ts'

/** Thrown where a packet is lost or a name does not resolve, and caught in reach.ts. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly layer: Refusal['layer']

  /** @param reason names what has to be corrected */
  constructor(layer: Refusal['layer'], reason: string) {
    super(reason)
    this.layer = layer
  }
}

/** The hops that a packet has passed so far. */
export type Trace = Hop[]
