import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisionOf } from '../gateway/audit.ts'
import { createLog, type LogRecord } from '../gateway/log.ts'
import { readDelivery } from './delivery.ts'
import { recordOf, tenantOf } from './record.ts'

const PREFIX = '/aws/lambda/genai-gateway-'
const AT = Date.parse('2026-11-24T00:00:00.000Z')

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const recorded = (message: string) => recordOf('tenant1', { id: '42', timestamp: AT, message })

describe('the tenant', () => {
  it('is what the log group ends in', () => {
    expect(tenantOf(`${PREFIX}tenant1`, PREFIX)).toBe('tenant1')
  })

  it.each(['', PREFIX, `${PREFIX}Tenant1`, `${PREFIX}tenant1/x`, `${PREFIX}a:b`, `x${PREFIX}tenant1`, '/genai/audit'])(
    'is not read from "%s"',
    (name) => {
      expect(() => tenantOf(name, PREFIX)).toThrow("is no tenant's")
    },
  )
})

describe('a record', () => {
  it('is all of a line of the gateway that an auditor needs', () => {
    const line: LogRecord = {
      time: '2026-11-23T23:59:59.123Z',
      requestId: '1b6f-2',
      tenant: 'tenant1',
      user: 'a1b2-c3',
      operation: 'converse',
      model: 'nova-2-lite',
      status: 403,
      outcome: 'model_not_allowed',
      attempts: 1,
      traceparent: TRACE,
      'gen_ai.provider.name': 'aws.bedrock',
      ...decisionOf('model_not_allowed'),
      cause: 'ConnectionError: unreachable',
      milliseconds: { total: 3 },
    }
    let message = ''
    createLog((text) => {
      message = text
    })(line)
    expect(recorded(message)).toEqual({
      time: '2026-11-23T23:59:59.123Z',
      requestId: '1b6f-2',
      tenant: 'tenant1',
      user: 'a1b2-c3',
      operation: 'converse',
      model: 'nova-2-lite',
      status: 403,
      outcome: 'model_not_allowed',
      decision: 'refused',
      check: 'model',
      attempts: 1,
      traceparent: TRACE,
      totalMilliseconds: 3,
      event: '42',
    })
  })

  it('has what a stream used, how it stopped, and whether that is all', () => {
    const line = {
      tenant: 'tenant1',
      phase: 'end',
      stopReason: 'end_turn',
      usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5, cacheReadInputTokens: 9 },
      usageIncomplete: true,
      milliseconds: { first: 12.34, total: 56.78 },
    }
    expect(recorded(JSON.stringify(line))).toEqual({
      ...bare,
      phase: 'end',
      stopReason: 'end_turn',
      inputTokens: 3,
      outputTokens: 2,
      cacheReadInputTokens: 9,
      usageIncomplete: 1,
      firstMilliseconds: 12,
      totalMilliseconds: 57,
    })
    for (const odd of [{ inputTokens: -1 }, { inputTokens: '3' }, { inputTokens: 1e300 }, 'text', null])
      expect(recorded(JSON.stringify({ tenant: 'tenant1', usage: odd }))).toEqual(bare)
  })

  it('has what a request cost, by which list, and what served it', () => {
    const priced = {
      servedModel: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      serviceTier: 'priority',
      bedrockRequestId: '8f0d0c1a-5b2e-4f7b-9a57-0d6f5c0f7f11',
      usageIs: 'measured',
      priceList: '2026-08-01',
      nanoDollars: 1_234_567,
    }
    const usage = {
      inputTokens: 3,
      outputTokens: 2,
      totalTokens: 5,
      cacheWriteInputTokens: 9,
      cacheWrite1hInputTokens: 4,
    }
    const { totalTokens: _, ...tokens } = usage
    expect(recorded(JSON.stringify({ tenant: 'tenant1', ...priced, usage }))).toEqual({ ...bare, ...priced, ...tokens })
    for (const odd of [
      { nanoDollars: 1.5 },
      { nanoDollars: -1 },
      { usageIs: 'guessed' },
      { servedModel: 'arn:aws:x/y' },
    ])
      expect(recorded(JSON.stringify({ tenant: 'tenant1', ...odd }))).toEqual(bare)
  })

  it('says when a line names another tenant, or none', () => {
    expect(recorded('{"tenant":"tenant2"}')).toEqual({ ...bare, claimed: 'tenant2' })
    expect(recorded('{"tenant":"<script>"}')).toEqual({ ...bare, claimed: '?' })
    for (const message of ['{}', '[]', 'null', 'no JSON', ''])
      expect(recorded(message)).toEqual({ ...bare, claimed: '?' })
  })

  it('takes nothing that has not the shape of its field', () => {
    const text = 'What is the meaning of life?'
    const line = Object.fromEntries(
      [
        'time',
        'requestId',
        'user',
        'operation',
        'model',
        'decision',
        'check',
        'outcome',
        'status',
        'prompt',
        'event',
      ].map((name) => [name, text]),
    )
    expect(recorded(JSON.stringify({ ...line, tenant: 'tenant1' }))).toEqual(bare)
    for (const status of [99, 600, 200.5, '200', null, [200]])
      expect(recorded(JSON.stringify({ status, tenant: 'tenant1' }))).toEqual(bare)
  })

  it('is its tenant’s and its event’s whatever the line says', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (message) => {
          expect(recorded(message)).toMatchObject({ tenant: 'tenant1', event: '42' })
        },
      ),
    )
  })

  const bare = { time: '2026-11-24T00:00:00.000Z', tenant: 'tenant1', event: '42' }
})

describe('a delivery', () => {
  const sent = (body: unknown) => ({ awslogs: { data: gzipSync(JSON.stringify(body)).toString('base64') } })
  const event = { id: '1', timestamp: AT, message: 'line' }

  it('is read as CloudWatch Logs sends it', () => {
    const body = {
      messageType: 'DATA_MESSAGE',
      owner: '1',
      logGroup: 'g',
      logStream: 's',
      logEvents: [{ ...event, x: 1 }],
    }
    expect(readDelivery(sent(body))).toEqual({ logGroup: 'g', events: [event] })
    expect(readDelivery(sent({ messageType: 'CONTROL_MESSAGE', logEvents: [] }))).toBeUndefined()
  })

  it.each([
    ['nothing', undefined],
    ['no data', { awslogs: {} }],
    ['no gzip', { awslogs: { data: 'bm90IGd6aXA=' } }],
    ['no JSON', { awslogs: { data: gzipSync('{').toString('base64') } }],
    ['a list', sent([])],
    ['another type', sent({ messageType: 'OTHER', logGroup: 'g', logEvents: [] })],
    ['no group', sent({ messageType: 'DATA_MESSAGE', logEvents: [] })],
    ['an event without an id', sent({ messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents: [{ ...event, id: 1 }] })],
  ])('of %s is an error, not silence', (_, given) => {
    expect(() => readDelivery(given)).toThrow()
  })

  it('does not inflate without end', () => {
    const bomb = { awslogs: { data: gzipSync(Buffer.alloc(70 * 1024 * 1024)).toString('base64') } }
    expect(() => readDelivery(bomb)).toThrow(/larger than|too large/i)
  })
})
