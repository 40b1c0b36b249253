/**
 * Faults of the services that a request depends on: what the caller of one tenant sees, cold and warm, and that another
 * tenant sees nothing. The functions are new processes where it says cold: what a warm one holds would hide the fault.
 */

import type { Fault, FaultRule } from '@genai/local-cloud/faults/faults'
import { until } from '@genai/local-cloud/testing/until'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { calls, type Fixture, OK, type Seen, startFixture } from './faults-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture()
})
afterAll(() => fixture?.close())

const ERROR: Fault = { kind: 'error', code: 'InternalFailure', status: 500 }
const RESET: Fault = { kind: 'reset' }
const HALF: Fault = { kind: 'halfAnswer' }
const SILENCE: Fault = { kind: 'silence' }
const THROTTLING: Fault = { kind: 'throttling' }
const EXPIRED: Fault = { kind: 'expiredCredentials' }
/** More than the five minutes that a signature may be off. */
const SKEW: Fault = { kind: 'clockSkew', seconds: 600 }
const SLOW: Fault = { kind: 'latency', milliseconds: 400 }

const seen = (status: number, code: string, retryAfter?: string): Seen => ({
  status,
  code,
  ...(retryAfter !== undefined && { retryAfter }),
})

/** Runs `work` with the fault on, unnoticed by tenant2; a fault that nothing met would prove nothing. */
async function met(rule: FaultRule, work: () => Promise<Seen>): Promise<Seen> {
  const fault = fixture.cloud.faults.add(rule)
  try {
    const what = await fixture.unnoticed(work)
    expect(fault.hits).toBeGreaterThan(0)
    return what
  } finally {
    fault.remove()
  }
}

const noKeys = seen(503, 'identity_unavailable', '5')
const noItem = seen(503, 'routing_unavailable', '5')
const noCredentials = seen(503, 'credentials_unavailable', '5')
const refused = seen(502, 'credentials_refused')

describe.each<[string, string, readonly (readonly [Fault, Seen])[]]>([
  [
    'cognito-idp',
    'jwks.json',
    [
      [ERROR, noKeys],
      [THROTTLING, noKeys],
      [RESET, noKeys],
      [HALF, noKeys],
      [SILENCE, noKeys],
      [SLOW, OK],
    ],
  ],
  [
    'dynamodb',
    'Query',
    [
      [ERROR, noItem],
      [THROTTLING, noItem],
      [RESET, noItem],
      [HALF, noItem],
      [SILENCE, noItem],
      [EXPIRED, noItem],
      [SKEW, noItem],
      [SLOW, OK],
    ],
  ],
  [
    'sts',
    'AssumeRole',
    [
      [ERROR, noCredentials],
      [THROTTLING, noCredentials],
      [RESET, noCredentials],
      [HALF, noCredentials],
      [SILENCE, noCredentials],
      [EXPIRED, refused],
      [SKEW, refused],
      [SLOW, OK],
    ],
  ],
])('%s, asked by a new process of tenant1', (service, operation, cases) => {
  it.each(cases)('%j → %j', async (fault, expected) => {
    const rule = { where: calls(service, operation), fault }
    expect(await met(rule, () => fixture.seeCold('tenant1'))).toEqual(expected)
    // What a failed start left behind does not fail the next request.
    expect(await fixture.see('tenant1')).toEqual(OK)
  })

  it('once is not noticed, or heals with the next request', async () => {
    await fixture.cloud.faults.during([{ where: calls(service, operation), fault: ERROR, times: 1 }], async () => {
      await fixture.seeCold('tenant1')
      expect(await fixture.see('tenant1')).toEqual(OK)
    })
  })

  it.each(cases)('a warm process does not notice %j', async (fault) => {
    expect(await fixture.see('tenant1')).toEqual(OK)
    const rule = { where: calls(service, operation), fault }
    expect(await fixture.under([rule], () => fixture.see('tenant1'))).toEqual(OK)
  })
})

it.each([ERROR, THROTTLING, RESET, HALF, SILENCE])(
  'the load balancer cannot fetch the keys (%j): 500 of its own, the function is not asked, and the next fetch heals it',
  async (fault) => {
    const keys = { where: { service: 'cognito-idp', operation: 'jwks.json' }, fault }
    const { timeout } = fixture.functionOf('tenant1').outputs
    // Any change of what is deployed makes the load balancer fetch anew.
    await fixture.cloud.faults.during([keys], () =>
      fixture.changed(fixture.functionOf('tenant1'), { timeout: Number(timeout) - 1 }, async () => {
        expect(await fixture.see('tenant1')).toEqual({ status: 500, code: 'load balancer' })
      }),
    )
    for (const tenantId of ['tenant1', 'tenant2']) expect(await fixture.see(tenantId)).toEqual(OK)
  },
)

describe("the tenant's models, asked by a warm process", () => {
  const model = { service: 'bedrock-runtime', operation: 'Converse', account: '222222222222' }
  const broken = seen(502, 'model_answer_incomplete')

  it.each<[Fault, Seen]>([
    [THROTTLING, seen(429, 'model_throttled', '5')],
    [{ kind: 'throttling', retryAfterSeconds: 90 }, seen(429, 'model_throttled', '90')],
    [{ kind: 'error', code: 'ServiceUnavailableException', status: 503 }, seen(503, 'model_unavailable', '5')],
    [{ kind: 'error', code: 'InternalServerException', status: 500 }, seen(503, 'model_unavailable', '5')],
    [{ kind: 'error', code: 'ModelNotReadyException', status: 429 }, seen(503, 'model_not_ready', '5')],
    [{ kind: 'error', code: 'ModelTimeoutException', status: 408 }, seen(504, 'model_timeout')],
    [{ kind: 'error', code: 'ModelErrorException', status: 424 }, seen(502, 'model_error')],
    [{ kind: 'error', code: 'SomethingNew', status: 599 }, seen(503, 'model_unavailable', '5')],
    [RESET, broken],
    [HALF, broken],
    [EXPIRED, seen(502, 'model_access_denied')],
    [SKEW, seen(502, 'model_access_denied')],
    [SLOW, OK],
  ])('%j → %j', async (fault, expected) => {
    expect(await fixture.see('tenant1')).toEqual(OK)
    expect(await met({ where: model, fault }, () => fixture.see('tenant1'))).toEqual(expected)
    expect(await fixture.see('tenant1')).toEqual(OK)
  })

  it('throttled twice, a request is answered all the same; credentials called expired are renewed', async () => {
    for (const [fault, times] of [
      [THROTTLING, 2],
      [EXPIRED, 1],
    ] as const) {
      const rule = fixture.cloud.faults.add({ where: model, fault, times })
      expect(await fixture.see('tenant1')).toEqual(OK)
      expect(rule.hits).toBe(times)
      rule.remove()
    }
  })

  it('an answer that broke off is not asked for again: the model has worked, and costs money', async () => {
    const rule = fixture.cloud.faults.add({ where: model, fault: HALF })
    expect(await fixture.see('tenant1')).toEqual(broken)
    expect(rule.hits).toBe(1)
    rule.remove()
  })

  it('a fault of one model leaves the other models of the tenant alone', async () => {
    const rule = { where: { ...model, model: 'us.amazon.nova-2-lite-v1:0' }, fault: THROTTLING }
    await fixture.cloud.faults.during([rule], async () => {
      expect(await fixture.see('tenant1')).toMatchObject({ status: 429 })
      const other = await fixture.invoke('tenant1', { prompt: 'Who are you?', model: 'claude-haiku-4.5' })
      expect(other.status).toBe(200)
    })
  })
})

describe('CloudWatch Logs, which the audit trail is written to', () => {
  it.each<Fault>([ERROR, THROTTLING, RESET, HALF, SILENCE, EXPIRED, SKEW, SLOW])(
    '%j → no caller waits for it',
    async (fault) => {
      const trail = fixture.cloud.faults.add({ where: { service: 'logs', operation: 'PutLogEvents' }, fault })
      try {
        expect(await fixture.unnoticed(() => fixture.see('tenant1'))).toEqual(OK)
        // It is written behind the caller's back.
        await until('the trail meets the fault', async () => trail.hits > 0)
        expect(await fixture.see('tenant1')).toEqual(OK)
      } finally {
        trail.remove()
      }
    },
  )
})
