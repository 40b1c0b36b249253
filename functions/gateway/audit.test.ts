import { describe, expect, it } from 'vitest'
import { decisionOf } from './audit.ts'
import { ERRORS, type ErrorCode } from './errors.ts'

describe('the audit decision', () => {
  it.each([
    ['ok', 'allowed', 'all'],
    ['token_expired', 'refused', 'token'],
    ['tenant_mismatch', 'refused', 'tenant'],
    ['tenant_membership_missing', 'refused', 'tenant'],
    ['tenant_suspended', 'refused', 'status'],
    ['model_not_allowed', 'refused', 'model'],
    ['credentials_refused', 'refused', 'account'],
    ['model_throttled', 'allowed', 'all'],
    ['model_timeout', 'allowed', 'all'],
  ] as const)('%s is %s by %s', (outcome, decision, check) => {
    expect(decisionOf(outcome)).toEqual({ decision, check })
  })

  it('refuses for every error that is the caller’s or whose status is 401 or 403', () => {
    const codes = Object.keys(ERRORS) as ErrorCode[]
    const denied = codes.filter((code) => [401, 403, 404, 405].includes(ERRORS[code].status))
    expect(denied.filter((code) => decisionOf(code).decision === 'allowed')).toEqual([])
  })
})
