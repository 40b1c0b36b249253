/**
 * What a request is charged, for each call of a model: the measured use, or an estimate if a model may have worked without reporting its use.
 */
import { costOf, type ModelPrice, mostCostOf, type Tokens } from '../../../shared/cost.ts'
import type { ErrorCode } from '../errors.ts'
import type { Estimate } from './estimate.ts'

/**
 * What happens to the reservation of a call that failed with this code before its answer began. `release`: no model worked, or Bedrock said so.
 * `charge`: it is not known. The reservation of a call that was never sent is released, whatever the code.
 */
export const ON_FAILURE: Readonly<Record<ErrorCode, 'release' | 'charge'>> = {
  token_missing: 'release',
  token_malformed: 'release',
  token_untrusted: 'release',
  token_expired: 'release',
  token_not_yet_valid: 'release',
  token_wrong_issuer: 'release',
  token_wrong_audience: 'release',
  token_wrong_use: 'release',
  authorization_ambiguous: 'release',
  tenant_claim_missing: 'release',
  tenant_mismatch: 'release',
  tenant_membership_missing: 'release',
  machine_mismatch: 'release',
  caller_blocked: 'release',
  tenant_suspended: 'release',
  model_not_allowed: 'release',
  path_not_found: 'release',
  tenant_unknown: 'release',
  method_not_allowed: 'release',
  request_malformed: 'release',
  query_not_supported: 'release',
  body_encoding_invalid: 'release',
  body_not_json: 'release',
  body_not_object: 'release',
  prompt_missing: 'release',
  prompt_empty: 'release',
  prompt_not_text: 'release',
  field_unknown: 'release',
  field_invalid: 'release',
  number_out_of_range: 'release',
  model_rejected_input: 'release',
  body_too_large: 'release',
  client_left: 'charge',
  rate_limited: 'release',
  budget_exhausted: 'release',
  limits_unavailable: 'release',
  model_throttled: 'release',
  model_quota_exceeded: 'release',
  internal: 'charge',
  operation_not_supported: 'release',
  model_access_denied: 'release',
  model_not_found: 'release',
  model_misconfigured: 'release',
  model_error: 'release',
  model_answer_invalid: 'charge',
  model_answer_incomplete: 'charge',
  answer_too_large: 'charge',
  credentials_refused: 'release',
  model_not_ready: 'release',
  model_unavailable: 'release',
  model_unreachable: 'release',
  identity_unavailable: 'release',
  routing_unavailable: 'release',
  credentials_unavailable: 'release',
  tenant_misconfigured: 'release',
  // Bedrock's code for a timeout, and the gateway's own.
  model_timeout: 'charge',
  deadline_exceeded: 'charge',
}

export interface Charge {
  readonly is: 'measured' | 'estimated' | 'none'
  readonly tokens: number
  /** Absent if a price is not known. */
  readonly nanoDollars?: number
}

export const NOTHING: Charge = { is: 'none', tokens: 0, nanoDollars: 0 }

/** Counted as in Bedrock's own quota: without the tokens that are read from the cache. */
export const tokensOf = ({ inputTokens, outputTokens, cacheWriteInputTokens = 0 }: Tokens): number =>
  inputTokens + outputTokens + cacheWriteInputTokens

export function measured(usage: Tokens, price: ModelPrice | undefined, tier: string | undefined): Charge {
  const nanoDollars = price && costOf(usage, price, tier)
  return { is: 'measured', tokens: tokensOf(usage), ...(nanoDollars !== undefined && { nanoDollars }) }
}

/** The most that may have been used. */
export function estimated({ inputTokens, maxTokens, tier, caches }: Estimate, price: ModelPrice | undefined): Charge {
  const nanoDollars = price && mostCostOf(inputTokens, maxTokens, price, tier, caches)
  return { is: 'estimated', tokens: inputTokens + maxTokens, ...(nanoDollars !== undefined && { nanoDollars }) }
}

/** The sum for a request with several calls. It is an estimate if one of them is. */
export function sum(charges: readonly Charge[]): Charge {
  const of = (is: Charge['is']) => charges.some((charge) => charge.is === is)
  const known = charges.every(({ nanoDollars }) => nanoDollars !== undefined)
  return {
    is: of('estimated') ? 'estimated' : of('measured') ? 'measured' : 'none',
    tokens: charges.reduce((total, { tokens }) => total + tokens, 0),
    ...(known && { nanoDollars: charges.reduce((total, { nanoDollars = 0 }) => total + nanoDollars, 0) }),
  }
}
