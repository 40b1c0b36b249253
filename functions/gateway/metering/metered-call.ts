/** One call of a model, and what it is charged. */
import type { ModelPrice, Tokens } from '../../../shared/cost.ts'
import { GatewayError } from '../errors.ts'
import { type Charge, estimated, measured, NOTHING, ON_FAILURE } from './charge.ts'
import type { Estimate } from './estimate.ts'

/** What becomes of a call. What is not said of one that was sent counts as all that was reserved. */
export interface MeteredCall {
  /** Told before each attempt: what it costs is by the model that was asked last. */
  asks(modelId: string): void
  sent(): void
  used(usage: Tokens, tier?: string): void
  failed(error: unknown): void
  /** It costs nothing, whatever it was. */
  free(): void
}

export function meteredCall(
  estimate: () => Estimate,
  modelId: string,
  priceOf: (modelId: string) => ModelPrice | undefined,
): MeteredCall & { readonly charge: () => Charge } {
  let sent = false
  let price = priceOf(modelId)
  let outcome: Charge | undefined
  return {
    asks: (asked) => {
      price = priceOf(asked)
    },
    sent: () => {
      sent = true
    },
    used: (usage, tier) => {
      const charge = measured(usage, price, tier)
      // Tokens of a kind whose price is not known cost what was reserved: nothing is counted as free.
      const dearest = price && charge.nanoDollars === undefined ? estimated(estimate(), price).nanoDollars : undefined
      outcome = dearest === undefined ? charge : { ...charge, is: 'estimated', nanoDollars: dearest }
    },
    failed: (error) => {
      const code = error instanceof GatewayError ? error.code : 'internal'
      if (!outcome && (!sent || ON_FAILURE[code] === 'release')) outcome = NOTHING
    },
    free: () => {
      outcome = NOTHING
    },
    charge: () => outcome ?? (sent ? estimated(estimate(), price) : NOTHING),
  }
}
