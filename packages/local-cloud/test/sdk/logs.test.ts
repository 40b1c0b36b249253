/**
 * CloudWatch Logs on the wire. Its SDK client is in nothing that is deployed, and no dependency for a test's sake: requests are
 * written down as the audit function writes them, and signed by AWS's own signer.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogs, type Logs } from '../../src/aws/logs/logs.ts'
import type { Declared } from '../../src/ledger/ledger.ts'
import { signedHeaders } from '../../src/testing/signing.ts'
import { localAgent } from '../../src/wire/agent.ts'
import { type Fixture, HUB, REGION, resource, sessionOf, startFixture, TENANT } from './services-fixture.ts'

const GROUP = 'aws:cloudwatch/logGroup:LogGroup'
const DAY = 24 * 3_600_000
const group = (name: string, retentionInDays = 0, account = HUB): Declared =>
  resource(GROUP, name, { name, retentionInDays }, account)

let fixture: Fixture
let logs: Logs
let directory: string
let trail: Declared
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'logs-'))
  fixture = await startFixture(({ surroundings, credentials }) => {
    logs = createLogs(surroundings, credentials, { directory, kept: 5 })
    return [logs]
  })
  fixture.ledger.onChange(logs.effect)
  trail = group('/genai/audit', 3)
  await fixture.ledger.put(trail)
})
afterEach(async () => {
  await logs.close()
  await fixture.close()
  await rm(directory, { recursive: true })
})

const HOST = `logs.${REGION}.amazonaws.com`

/** A call of an operation, written down and signed. */
async function requestOf(operation: string, input: object, session = fixture.session, now = Date.now()) {
  const body = JSON.stringify(input)
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` }
  const call = { host: HOST, service: 'logs', region: REGION, headers, body, now }
  return { body, headers: await signedHeaders(fixture.credentials.issue(session, 900), call) }
}

async function call(operation: string, input: object, session = fixture.session): Promise<Record<string, unknown>> {
  const agent = localAgent({ port: await fixture.port(), caFile: fixture.caFile, keepAlive: false })
  const { body, headers } = await requestOf(operation, input, session)
  const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = httpsRequest({ agent, host: HOST, method: 'POST', path: '/', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text })).on('error', reject)
    })
    sent.on('error', reject).end(body)
  })
  const given: Readonly<Record<string, unknown>> = JSON.parse(answer.text)
  return answer.status === 200 ? given : { error: String(given.__type).split('#').at(-1), message: given.message }
}

const STREAM = { logGroupName: '/genai/audit', logStreamName: 'tenant1' }
const makeStream = () => call('CreateLogStream', STREAM)
const event = (message: string, ago = 0) => ({ message, timestamp: Date.now() - ago })
const put = (...logEvents: readonly object[]) => call('PutLogEvents', { ...STREAM, logEvents })
const found = async (query: object = {}): Promise<unknown[]> => {
  const { events } = await call('FilterLogEvents', { logGroupName: '/genai/audit', ...query })
  return (events as { message: string }[]).map(({ message }) => message)
}

describe('CloudWatch Logs', () => {
  it('keeps events in streams, and finds them by stream, time and pattern', async () => {
    expect(await makeStream()).toEqual({})
    const now = Date.now()
    const at = (message: string, ago: number) => ({ message, timestamp: now - ago })
    expect(await put(at('{"a":1}', 2_000), at('{"a":2}', 1_000))).toEqual({ nextSequenceToken: '0' })
    await call('CreateLogStream', { ...STREAM, logStreamName: 'tenant2' })
    await call('PutLogEvents', { ...STREAM, logStreamName: 'tenant2', logEvents: [at('{"a":3}', 1_500)] })
    expect(await found()).toEqual(['{"a":1}', '{"a":3}', '{"a":2}'])
    expect(await found({ logStreamNames: ['tenant1'] })).toEqual(['{"a":1}', '{"a":2}'])
    expect(await found({ logStreamNamePrefix: 'tenant2' })).toEqual(['{"a":3}'])
    expect(await found({ startTime: now - 1_700 })).toEqual(['{"a":3}', '{"a":2}'])
    expect(await found({ filterPattern: '{ $.a > 2 }' })).toEqual(['{"a":3}'])
  })

  it('answers in pages', async () => {
    await makeStream()
    await put(event('1'), event('2'), event('3'))
    const first = await call('FilterLogEvents', { logGroupName: '/genai/audit', limit: 2 })
    expect(first.events).toHaveLength(2)
    expect(await found({ limit: 2, nextToken: first.nextToken })).toEqual(['3'])
  })

  it.each<[string, string, object, string]>([
    ['a group that is not there', 'PutLogEvents', { logGroupName: '/none' }, 'ResourceNotFoundException'],
    ['a stream that is not there', 'PutLogEvents', { logStreamName: 'none' }, 'ResourceNotFoundException'],
    ['no events', 'PutLogEvents', { logEvents: [] }, 'InvalidParameterException'],
    ['an empty message', 'PutLogEvents', { logEvents: [event('')] }, 'InvalidParameterException'],
    ['events out of order', 'PutLogEvents', { logEvents: [event('a'), event('b', 1)] }, 'InvalidParameterException'],
    ['more than a day', 'PutLogEvents', { logEvents: [event('a', 2 * DAY), event('b')] }, 'InvalidParameterException'],
    ['more than 1 MB', 'PutLogEvents', { logEvents: [event('x'.repeat(1_048_551))] }, 'InvalidParameterException'],
    ['a stream twice', 'CreateLogStream', {}, 'ResourceAlreadyExistsException'],
    ['a stream with a colon', 'CreateLogStream', { logStreamName: 'a:b' }, 'InvalidParameterException'],
    [
      'to search a stream that is not there',
      'FilterLogEvents',
      { logStreamNames: ['no'] },
      'ResourceNotFoundException',
    ],
    ['an operation that it does not have', 'DeleteLogGroup', {}, 'UnsupportedByLocalCloud'],
    ['a parameter that it does not have', 'PutLogEvents', { entity: {} }, 'UnsupportedByLocalCloud'],
  ])('refuses %s', async (_, operation, change, error) => {
    await makeStream()
    if (operation === 'FilterLogEvents') {
      expect(await call(operation, { logGroupName: '/genai/audit', ...change })).toMatchObject({ error })
      return
    }
    const input =
      operation === 'PutLogEvents' ? { ...STREAM, logEvents: [event('a')], ...change } : { ...STREAM, ...change }
    expect(await call(operation, input)).toMatchObject({ error })
  })

  it('takes what is neither too old, nor past the retention, nor of the future, and says what it left out', async () => {
    await makeStream()
    const answer = await put(event('14 days', 15 * DAY))
    expect(answer.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 1 })
    expect(
      (await put(event('retention', 3 * DAY + 1), event('in it', 3 * DAY - 60_000))).rejectedLogEventsInfo,
    ).toEqual({
      expiredLogEventEndIndex: 1,
    })
    expect((await put(event('now'), event('in three hours', -3 * 3_600_000))).rejectedLogEventsInfo).toEqual({
      tooNewLogEventStartIndex: 1,
    })
    expect(await found()).toEqual(['in it', 'now'])
  })

  it('asks IAM about the stream that is written, and the group that is read', async () => {
    await makeStream()
    fixture.asked.length = 0
    await put(event('a'))
    await found()
    const arn = `arn:aws:logs:${REGION}:${HUB}:log-group:/genai/audit:log-stream:`
    expect(fixture.asked.map(({ action, resource: asked }) => [action, asked])).toEqual([
      ['logs:PutLogEvents', `${arn}tenant1`],
      ['logs:FilterLogEvents', arn],
    ])
    fixture.decide = () => ({ allowed: false, layers: ['identity'], message: 'no', explicit: false }) as never
    expect(await put(event('a'))).toMatchObject({ error: 'AccessDeniedException' })
  })

  it('shows no account another account’s groups', async () => {
    await makeStream()
    const other = sessionOf(TENANT)
    expect(await call('PutLogEvents', { ...STREAM, logEvents: [event('a')] }, other)).toMatchObject({
      error: 'ResourceNotFoundException',
    })
  })

  it('forgets what is past the retention', async () => {
    await makeStream()
    await put(event('a', DAY), event('b'))
    fixture.ahead = (2.5 * DAY) / 1000
    expect(await logsFound()).toEqual(['b'])
  })

  it('outlives the process on disk, and goes with its group', async () => {
    await makeStream()
    await put(event('kept'))
    await logs.close()
    const reopened = createLogs(fixture.surroundings, fixture.credentials, { directory })
    fixture.ledger.onChange(reopened.effect)
    expect(await logsFound(reopened)).toEqual(['kept'])
    await fixture.ledger.delete(trail.urn)
    await fixture.ledger.put({ ...trail })
    expect(await logsFound(createLogs(fixture.surroundings, fixture.credentials, { directory }))).toEqual([])
  })

  it('has its events back when a deletion is taken back', async () => {
    await makeStream()
    await put(event('kept'))
    fixture.ledger.onChange(({ kind }) => {
      if (kind === 'deleted') throw new Error('refused')
    })
    await expect(fixture.ledger.delete(trail.urn)).rejects.toThrow('refused')
    expect(await found()).toEqual(['kept'])
  })

  it('keeps so many in memory', async () => {
    await makeStream()
    await put(...Array.from({ length: 7 }, (_, index) => event(String(index), 10 - index)))
    expect(await found()).toEqual(['2', '3', '4', '5', '6'])
  })
})

/** As found on the service itself: the clock of the test is ahead of who signs. */
async function logsFound(of: Logs = logs): Promise<unknown[]> {
  const now = fixture.surroundings.now() * 1000
  const { body, headers } = await requestOf('FilterLogEvents', { logGroupName: '/genai/audit' }, fixture.session, now)
  const answer = await of.handle({
    from: { kind: 'internet', address: '192.0.2.1' },
    path: fixture.lookUp as never,
    host: HOST,
    region: REGION,
    context: {},
    method: 'POST',
    target: '/',
    headers,
    body: new TextEncoder().encode(body),
    signal: AbortSignal.timeout(60_000),
  })
  return (JSON.parse(String(answer.body)).events as { message: string }[]).map(({ message }) => message)
}
