/** The access decision in a request's line: by which check, and whether it was allowed. Like the rest of the line it contains no content. */
import { CHECKS, type Check, type Decision } from '../../shared/audit-line.ts'
import type { ErrorCode } from './errors.ts'

/** Errors that are refusals, with their check. Every other error happens to a request that was allowed. */
const REFUSED_BY: Readonly<Partial<Record<ErrorCode, Check | 'platform'>>> = {
  path_not_found: 'path',
  method_not_allowed: 'path',
  operation_not_supported: 'path',
  token_missing: 'token',
  token_malformed: 'token',
  token_untrusted: 'token',
  token_expired: 'token',
  token_not_yet_valid: 'token',
  token_wrong_issuer: 'token',
  token_wrong_audience: 'token',
  token_wrong_use: 'token',
  authorization_ambiguous: 'token',
  tenant_claim_missing: 'tenant',
  tenant_mismatch: 'tenant',
  tenant_membership_missing: 'tenant',
  machine_mismatch: 'tenant',
  tenant_unknown: 'status',
  tenant_suspended: 'status',
  caller_blocked: 'status',
  request_malformed: 'request',
  query_not_supported: 'request',
  body_encoding_invalid: 'request',
  body_not_json: 'request',
  body_not_object: 'request',
  body_too_large: 'request',
  prompt_missing: 'request',
  prompt_empty: 'request',
  prompt_not_text: 'request',
  field_unknown: 'request',
  field_invalid: 'request',
  number_out_of_range: 'request',
  model_not_allowed: 'model',
  rate_limited: 'limit',
  budget_exhausted: 'limit',
  // The tenant's own account has refused: by role, endpoint policy or service control policy.
  credentials_refused: 'account',
  model_access_denied: 'account',
  // No decision was made, because a check could not be made.
  internal: 'platform',
  identity_unavailable: 'platform',
  routing_unavailable: 'platform',
  tenant_misconfigured: 'platform',
  limits_unavailable: 'platform',
}

/** The last check that a request has passed; it never goes back. */
export interface Progress {
  pass(check: Check): void
  readonly passed: Check | undefined
}

export function createProgress(): Progress {
  let rank = -1
  return {
    pass(check) {
      rank = Math.max(rank, CHECKS.indexOf(check))
    },
    get passed() {
      return CHECKS[rank]
    },
  }
}

/**
 * @param passed the last check that was passed.
 * @default all of the gateway's own checks
 */
export function decisionOf(outcome: 'ok' | ErrorCode, passed: Check | 'none' = 'limit'): Decision {
  if (outcome === 'ok') return ALLOWED
  const check = REFUSED_BY[outcome]
  if (check !== undefined) return { decision: 'refused', check }
  // Something happened before all checks were made, such as the end of the request's time, so nothing has allowed the request.
  return isAdmitted(passed) ? ALLOWED : { decision: 'refused', check: 'platform' }
}

const ALLOWED: Decision = { decision: 'allowed', check: 'all' }

const isAdmitted = (passed: Check | 'none') => passed === 'limit' || passed === 'account'
