/**
 * Each alarm of a tenant's ingress would ring: real requests, real lines, metric filters and thresholds as they are declared. The
 * clock is moved from minute to minute, and stands still meanwhile; everything else takes the time that it takes.
 */

import { parseFilterPattern } from '@genai/local-cloud/aws/logs/filter-pattern'
import type { FaultRule } from '@genai/local-cloud/faults/faults'
import { until } from '@genai/local-cloud/testing/until'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decisionOf } from '../../functions/gateway/audit.ts'
import { ERRORS, type ErrorCode } from '../../functions/gateway/errors.ts'
import { createLog } from '../../functions/gateway/log.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'

const METRIC_FILTER = 'aws:cloudwatch/logMetricFilter:LogMetricFilter'
const TOPIC = 'arn:aws:sns:us-east-1:111111111111:platform-alarms'
/** The least that the settings allow: the latency alarm's threshold is eight tenths of it. */
const TIER = { memoryMegabytes: 256, timeoutSeconds: 10, reservedConcurrency: 5 }

let platform: Platform
let skew = 0
/** Stands still where minutes are counted: a busy machine takes longer over what is to be in one. */
let still: number | undefined
beforeAll(async () => {
  const listener = { domainName: undefined, hostedZoneId: undefined, allowInsecureHttp: true }
  // Key sets are fetched by the real minute: with a clock that is moved they are stale, which is another alarm.
  const hub = { ...listener, keySetVia: 'endpoint', alarmTopicArn: TOPIC }
  const settings = { hub, 'spoke-tenant1': { tier: TIER } }
  platform = await startPlatform({ now: () => (still ?? Date.now() / 1000) + skew, settings })
  await platform.token('tenant2')
})
afterAll(() => platform?.close())

async function alarms(): Promise<Readonly<Record<string, { state: string; actions: readonly string[] }>>> {
  await platform.cloud.monitoring.settled()
  return Object.fromEntries(
    platform.cloud.monitoring.alarms().map(({ name, state, actions }) => [name, { state, actions }]),
  )
}

const ringing = async () =>
  Object.entries(await alarms())
    .filter(([, { state }]) => state === 'ALARM')
    .map(([name]) => name)

async function withFault<T>(rule: FaultRule, work: () => Promise<T>): Promise<T> {
  const fault = platform.cloud.faults.add(rule)
  return await work().finally(() => fault.remove())
}

const invoke = () => platform.invoke('tenant1')
const model = { service: 'bedrock-runtime', account: '222222222222' }
const gateway = { service: 'lambda', functionName: 'genai-gateway-tenant1' }

describe('the alarms of a tenant', () => {
  it('are quiet while requests are answered and refused as they should be', async () => {
    for (let count = 0; count < 3; count += 1) expect((await invoke()).status).toBe(200)
    const refused = await platform.call({ method: 'POST', path: '/tenant1/invoke', body: { prompt: 'Hello' } })
    expect(refused.status).toBe(401)
    expect(await ringing()).toEqual([])
    expect(Object.keys(await alarms()).filter((name) => name.endsWith('-tenant1'))).toHaveLength(7)
  })

  it('foreign-tenant: one token of another tenant is enough, and the topic is told', async () => {
    const token = await platform.token('tenant2')
    const answer = await platform.call({ method: 'POST', path: '/tenant1/invoke', token, body: { prompt: 'Hello' } })
    expect(answer.status).toBe(403)
    expect(await ringing()).toEqual(['genai-foreign-tenant-tenant1'])
    expect((await alarms())['genai-foreign-tenant-tenant1']?.actions).toEqual([TOPIC])
    expect((await alarms())['genai-foreign-tenant-tenant2']).toEqual({ state: 'OK', actions: [TOPIC] })
  })

  it('crashes: one is enough', async () => {
    const kill: FaultRule = { where: gateway, fault: { kind: 'kill', afterMilliseconds: 0 }, times: 1 }
    await withFault(kill, async () => expect((await invoke()).status).toBe(502))
    expect(await ringing()).toEqual(['genai-foreign-tenant-tenant1', 'genai-crashes-tenant1'])
  })

  it('server-errors, throttled, concurrency and latency: in the third bad minute, not before', async () => {
    expect((await invoke()).status).toBe(200)
    still = Date.now() / 1000
    const slow: FaultRule = { where: model, fault: { kind: 'latency', milliseconds: 8_100 }, times: 1 }
    for (const minute of [1, 2, 3]) {
      expect(await ringing()).not.toContain('genai-latency-tenant1')
      // One after the other: a request that is slow while the model throttles is throttled when it comes to it.
      // On a busy machine it may also be over its time, which is slow as well.
      await withFault(slow, async () => expect([200, 504]).toContain((await invoke()).status))
      await badMinute()
      if (minute < 3) skew += 60
    }
    expect((await ringing()).sort()).toEqual(
      ['concurrency', 'crashes', 'foreign-tenant', 'latency', 'server-errors', 'throttled'].map(
        (what) => `genai-${what}-tenant1`,
      ),
    )
  })

  it('are over when the bad minutes are', async () => {
    skew += 5 * 60
    expect(await ringing()).toEqual([])
    expect((await alarms())['genai-throttled-tenant1']).toEqual({ state: 'OK', actions: [TOPIC] })
  })

  it('server-errors: a mistake of the operators too, such as a model that only a profile leads to', async () => {
    const message =
      'Invocation of model ID x with on-demand throughput isn’t supported. Retry your request with a profile.'
    const rule: FaultRule = {
      where: model,
      fault: { kind: 'error', code: 'ValidationException', message, status: 400 },
    }
    await withFault(rule, async () => {
      for (const minute of [1, 2, 3]) {
        expect(await ringing()).toEqual([])
        const { status, body, headers } = await invoke()
        expect({ status, code: headers['x-error-code'] }).toEqual({ status: 502, code: 'model_misconfigured' })
        expect(body).toContain("nothing in your request is wrong. Ask the platform's operators")
        if (minute < 3) skew += 60
      }
    })
    expect(await ringing()).toEqual(['genai-server-errors-tenant1'])
    still = undefined
  })
})

describe('the alarms of a tenant’s limits', () => {
  beforeAll(() =>
    platform.deploy('spoke-tenant1', { tier: TIER, limits: '{"user":{"dollarsPerMonth":0.02,"warnAt":1}}' }),
  )

  it('limits-unavailable: one request that could not be counted is enough', async () => {
    const where = { service: 'dynamodb', operation: 'UpdateItem', functionName: 'genai-gateway-tenant1' }
    const fault: FaultRule = { where, fault: { kind: 'error', code: 'InternalServerError', status: 500 } }
    // A function that is warm knows of no limits for up to ten seconds more.
    await withFault(fault, () =>
      until('the refusal', async () => (await invoke()).headers['x-error-code'] === 'limits_unavailable'),
    )
    expect(await ringing()).toContain('genai-limits-unavailable-tenant1')
  })

  it('budget: at the percentage that the operators want to be told of', async () => {
    await until('the alarm', async () => {
      await invoke()
      return (await ringing()).includes('genai-budget-tenant1')
    })
    expect(await ringing()).not.toContain('genai-throttled-tenant1')
  })

  it('are over when nothing more happens', async () => {
    skew += 10 * 60
    expect(await ringing()).toEqual([])
  })
})

/** One answer in twelve is a 5xx, ten are throttled by the model, one finds no free execution. */
async function badMinute(): Promise<void> {
  const failing = (code: string, status: number): FaultRule => ({
    where: model,
    fault: { kind: 'error', code, status },
  })
  await withFault(failing('InternalServerException', 500), async () => expect((await invoke()).status).toBe(503))
  await withFault(failing('ServiceQuotaExceededException', 400), async () => {
    for (let count = 0; count < 10; count += 1) expect((await invoke()).status).toBe(429)
  })
  const lane = platform.resource(
    'aws:lambda/function:Function',
    'spoke-tenant1::genai-hub-spoke::genai:spoke:HubLane$aws:lambda/function:Function::lane',
  )
  await platform.changed(lane, { reservedConcurrentExecutions: 0 }, async () =>
    expect((await invoke()).status).toBe(502),
  )
}

describe('the metric filters', () => {
  /** The line that the function prints for an answer. */
  const lineOf = (outcome: 'ok' | ErrorCode): string => {
    let printed = ''
    createLog((line) => {
      printed = line
    })({
      time: '2026-11-24T00:00:00.000Z',
      requestId: 'r',
      tenant: 'tenant1',
      outcome,
      milliseconds: { total: 500 },
      status: outcome === 'ok' ? 200 : ERRORS[outcome].status,
      ...decisionOf(outcome),
    })
    return printed.trimEnd()
  }
  const counts = (filter: string, line: string): boolean => {
    const found = platform.cloud.ledger
      .all(METRIC_FILTER)
      .find(({ urn, outputs }) => urn.includes('spoke-tenant1') && outputs.name === filter)
    return parseFilterPattern(String(found?.outputs.pattern))(line)
  }

  it.each(['ok', ...(Object.keys(ERRORS) as ErrorCode[])] as const)('count a line of "%s" as what it is', (outcome) => {
    const line = lineOf(outcome)
    const status = outcome === 'ok' ? 200 : ERRORS[outcome].status
    expect({
      'server-error': counts('server-error', line),
      'no-server-error': counts('no-server-error', line),
      throttled: counts('throttled', line),
      'foreign-tenant': counts('foreign-tenant', line),
    }).toEqual({
      'server-error': status >= 500,
      'no-server-error': status < 500,
      throttled: outcome === 'model_throttled' || outcome === 'model_quota_exceeded',
      'foreign-tenant': decisionOf(outcome).check === 'tenant',
    })
  })

  it('count nothing of lines that are none of the function’s', () => {
    for (const line of ['{"level":"WARN","message":"500"}', 'status 503', '']) {
      for (const name of ['server-error', 'no-server-error', 'throttled', 'foreign-tenant'])
        expect(counts(name, line)).toBe(false)
    }
  })
})
