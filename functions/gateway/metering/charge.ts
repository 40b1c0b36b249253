/** What a request is charged, call by call of its models: measured, estimated where a model may have worked without saying so. */
import { costOf, type ModelPrice, mostCostOf, type Tokens } from '../../../shared/cost.ts'
import type { ErrorCode } from '../errors.ts'
import type { Estimate } from './estimate.ts'

/**
 * What becomes of what was reserved for a call that failed with this code, before its answer began. `release`: nobody worked, or
 * Bedrock said that it did not. `charge`: nobody knows. A call that was never sent is released, whatever failed.
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
  // Bedrock's word for it, and ours for having waited too long.
  model_timeout: 'charge',
  deadline_exceeded: 'charge',
}

export interface Charge {
  readonly is: 'measured' | 'estimated' | 'none'
  readonly tokens: number
  /** Absent: a price is not known. */
  readonly nanoDollars?: number
}

export const NOTHING: Charge = { is: 'none', tokens: 0, nanoDollars: 0 }

/** As Bedrock's own quota counts them: without what is read from the cache. */
export const tokensOf = ({ inputTokens, outputTokens, cacheWriteInputTokens = 0 }: Tokens): number =>
  inputTokens + outputTokens + cacheWriteInputTokens

export function measured(usage: Tokens, price: ModelPrice | undefined, tier: string | undefined): Charge {
  const nanoDollars = price && costOf(usage, price, tier)
  return { is: 'measured', tokens: tokensOf(usage), ...(nanoDollars !== undefined && { nanoDollars }) }
}

/** All that may have been used. */
export function estimated({ inputTokens, maxTokens, tier, caches }: Estimate, price: ModelPrice | undefined): Charge {
  const nanoDollars = price && mostCostOf(inputTokens, maxTokens, price, tier, caches)
  return { is: 'estimated', tokens: inputTokens + maxTokens, ...(nanoDollars !== undefined && { nanoDollars }) }
}

/** Of a request with several calls: estimated, if one of them is. */
export function sum(charges: readonly Charge[]): Charge {
  const of = (is: Charge['is']) => charges.some((charge) => charge.is === is)
  const known = charges.every(({ nanoDollars }) => nanoDollars !== undefined)
  return {
    is: of('estimated') ? 'estimated' : of('measured') ? 'measured' : 'none',
    tokens: charges.reduce((total, { tokens }) => total + tokens, 0),
    ...(known && { nanoDollars: charges.reduce((total, { nanoDollars = 0 }) => total + nanoDollars, 0) }),
  }
}
