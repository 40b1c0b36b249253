/** Every code with which a call of a model can fail, and what the counters are to say after it. */
import { expect } from 'vitest'
import { ERRORS, type ErrorCode, GatewayError } from '../../functions/gateway/errors.ts'
import { ON_FAILURE } from '../../functions/gateway/metering/charge.ts'
import { exception, json } from '../../functions/gateway/testing/support.ts'
import { NO_USAGE, scopeKey } from '../../shared/usage-table.ts'
import type { Counting } from './counters-fixture.ts'
import { startGateway } from './gateway-fixture.ts'
import { askMany } from './served.ts'

type Reply = ReturnType<typeof startGateway>['aws']['replies']['bedrock-runtime']

/** How the model's end of the line fails, so that a caller gets the code. */
const OF_MODELS: Partial<Record<ErrorCode, () => Reply>> = {
  model_rejected_input: () => exception('ValidationException', 400, 'no'),
  model_throttled: () => exception('ThrottlingException', 429),
  model_quota_exceeded: () => exception('ServiceQuotaExceededException', 400),
  model_access_denied: () => exception('AccessDeniedException', 403),
  model_not_found: () => exception('ResourceNotFoundException', 404),
  model_error: () => exception('ModelErrorException', 424),
  model_not_ready: () => exception('ModelNotReadyException', 429),
  model_unavailable: () => exception('ServiceUnavailableException', 503),
  model_unreachable: () => 'unreachable',
  model_timeout: () => 'timeout',
  model_answer_incomplete: () => 'broken',
  model_answer_invalid: () => json({ output: {} }),
  client_left: () => 'aborted',
  answer_too_large: () => 'tooLarge',
}

/** Whatever else fails once the call is on its way. Most of these come before it in the code as it is. */
const thrown = (code: ErrorCode) => (): Reply => () => {
  throw new GatewayError(code, 'It failed once the call was on its way.')
}

/** Every code of the table of errors. */
export const FAILURES: readonly (readonly [code: ErrorCode, made: () => Reply])[] = (
  Object.keys(ERRORS) as ErrorCode[]
).map((code) => [code, OF_MODELS[code] ?? thrown(code)])

const NOW = Date.UTC(2026, 11, 10, 12, 0, 10)
/** At a time: the counter is one item, and a write that comes too late is tried four times. */
const AT_ONCE = 5

/** @param many requests, each of which fails in this way; afterwards the counter is the sum of their records */
export async function failsByTheTable(counting: Counting, code: ErrorCode, made: () => Reply, many: number) {
  const limits = { tenant: { dollarsPerMonth: 1_000, tokensPerDay: 1_000_000_000 } }
  const { invoke, aws, log } = startGateway(counting, { now: () => NOW, limits })
  aws.replies['bedrock-runtime'] = made()
  const one = async () => (await invoke(1_000)).headers.get('x-error-code') ?? 'none'
  expect(await askMany(many, AT_ONCE, one)).toEqual({ [code]: many })
  const charged = ON_FAILURE[code] === 'charge'
  expect(log).toHaveLength(many)
  expect(new Set(log.map(({ usageIs }) => usageIs))).toEqual(new Set([charged ? 'estimated' : 'none']))
  const sum = log.reduce((total, { nanoDollars = 0 }) => total + nanoDollars, 0)
  expect(sum > 0).toBe(charged)
  const item = (await counting.item(scopeKey('tenant1', 'tenant'))) ?? { ...NO_USAGE, minute: 0 }
  expect(item).toMatchObject({ spent: sum, requests: many, lost: 0 })
  expect(item.dayTokens > many * 1_000).toBe(charged)
  const held = [...Object.values(item.heldNanoDollars), ...Object.values(item.heldTokens)]
  expect(held.every((amount) => amount === 0)).toBe(true)
}
