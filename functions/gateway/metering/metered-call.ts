/** One call of a model, and what it is charged. */
import type { ModelPrice, Tokens } from '../../../shared/cost.ts'
import { GatewayError } from '../errors.ts'
import { type Charge, estimated, measured, NOTHING, ON_FAILURE } from './charge.ts'
import type { Estimate } from './estimate.ts'

/** The result of a call. If nothing is reported about a call that was sent, all of its reservation is charged. */
export interface MeteredCall {
  /** Called before each attempt: the cost depends on the last model that was asked. */
  asks(modelId: string): void
  sent(): void
  used(usage: Tokens, tier?: string): void
  failed(error: unknown): void
  /** The call costs nothing, whatever its result. */
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
      // If tokens of a kind have no known price, the reserved amount is charged, so that nothing counts as free.
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
