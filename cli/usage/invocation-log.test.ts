import { describe, expect, it } from 'vitest'
import type { TrailRecord } from '../audit/trail.ts'
import { compareRecords, logRecord } from './invocation-log.ts'

const UNIT = { account: '222222222222', region: 'us-east-1', tenants: ['tenant1'], models: [] }
const MODEL = 'us.amazon.nova-2-lite-v1:0'

/** As AWS documents it, and as the local cloud writes it. */
const message = (request?: string, inputTokenCount = 10, outputTokenCount = 5) =>
  JSON.stringify({
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
    timestamp: '2026-11-30T10:30:00Z',
    accountId: '222222222222',
    requestId: 'bedrock-1',
    operation: 'Converse',
    modelId: MODEL,
    identity: { arn: 'arn:aws:sts::222222222222:assumed-role/administrator/eve' },
    ...(request !== undefined && {
      requestMetadata: { 'genai:request': request, 'genai:tenant': 'tenant1', team: 'a' },
    }),
    input: { inputContentType: 'application/json', inputTokenCount, cacheReadInputTokenCount: 3 },
    output: { outputContentType: 'application/json', outputTokenCount },
  })
const log = (...messages: readonly string[]) => messages.flatMap((one) => logRecord(one) ?? [])

const record = (requestId: string, change: Partial<TrailRecord> = {}): TrailRecord => ({
  time: '2026-11-30T10:30:00.000Z',
  tenant: 'tenant1',
  requestId,
  event: requestId,
  servedModel: MODEL,
  inputTokens: 10,
  outputTokens: 5,
  cacheReadInputTokens: 3,
  ...change,
})

describe('the invocation log', () => {
  it('is compared record by record, several calls of one request together', () => {
    const logged = log(message('r-1'), message('r-2'), message('r-2'), 'no JSON', '{"schemaType":"Other"}')
    const trail = [record('r-1'), record('r-2', { inputTokens: 20, outputTokens: 10, cacheReadInputTokens: 6 })]
    expect(compareRecords(UNIT, logged, trail)).toEqual({
      account: '222222222222',
      logged: 3,
      equal: 2,
      unknown: 0,
      findings: [],
    })
  })

  it('tells calls past the gateway by who made them, and tokens that the trail does not have', () => {
    const { inputTokens: _, outputTokens: _o, ...left } = record('r-3', { usageIs: 'estimated' })
    const logged = log(message(), message('r-1', 11), message('r-9'), message('r-3'))
    const compared = compareRecords(UNIT, logged, [record('r-1'), left])
    expect(compared).toMatchObject({ equal: 0, unknown: 1 })
    expect(compared.findings).toMatchObject([
      { what: 'past the gateway', requestId: 'bedrock-1', identity: expect.stringMatching(/administrator.eve/) },
      { what: 'other tokens', requestId: 'r-1', logged: { inputTokens: 11 }, recorded: { inputTokens: 10 } },
      { what: 'not in the trail', requestId: 'r-9' },
    ])
  })

  it('takes another tenant’s id for none of this one’s', () => {
    expect(compareRecords(UNIT, log(message('r-1')), [record('r-1', { tenant: 'tenant2' })]).findings).toHaveLength(1)
  })
})
