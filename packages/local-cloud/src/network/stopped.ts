import type { Hop, Refusal } from './path.ts'

/** Thrown where a packet is lost or a name does not resolve, and caught in ../reach.ts: a look-up has many places to end. */
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
