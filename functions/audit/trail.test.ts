import { Readable } from 'node:stream'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { describe, expect, it, vi } from 'vitest'
import { clientOptions } from '../gateway/aws/clients.ts'
import { ConnectionError, type Connections } from '../gateway/aws/connection.ts'
import { createTrail, type TrailEvent } from './trail.ts'

const NOW = Date.parse('2026-11-24T00:00:00Z')
const DAY = 24 * 3_600_000
const ATTEMPTS = 4

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
interface Input {
  readonly logGroupName: string
  readonly logStreamName: string
  readonly logEvents?: readonly TrailEvent[]
}
type Reply = Answer | Error | undefined

/** CloudWatch Logs behind AWS's own client, answering 200 unless told otherwise. */
function fakeLogs(reply: (operation: string, input: Input, count: number) => Reply = () => undefined) {
  const calls: (Input & { readonly operation: string })[] = []
  const connections: Connections = {
    async handle({ headers, body, hostname }) {
      expect(hostname).toBe('logs.us-east-1.amazonaws.com')
      const operation = String(headers['x-amz-target']).replace('Logs_20140328.', '')
      const input = JSON.parse(new TextDecoder().decode(body as Uint8Array)) as Input
      calls.push({ operation, ...input })
      const answer = reply(operation, input, calls.length)
      if (answer instanceof Error) throw answer
      const { status, headers: given, body: text } = answer ?? { status: 200, headers: {}, body: '{}' }
      return { response: { statusCode: status, headers: given, body: Readable.from([Buffer.from(text)]) } }
    },
  }
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' }
  const client = new CloudWatchLogsClient({
    ...clientOptions('us-east-1', connections, credentials, ATTEMPTS),
    endpoint: 'https://logs.us-east-1.amazonaws.com',
  })
  const trail = createTrail({ logGroup: '/genai/audit', client, now: () => NOW })
  return { trail, calls, operations: () => calls.map(({ operation }) => operation) }
}

const failure = (code: string, status = 400): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: code, message: 'no' }),
})
const rejecting = (info: object): Answer => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ nextSequenceToken: '0', rejectedLogEventsInfo: info }),
})
const event = (message: string, timestamp = NOW): TrailEvent => ({ message, timestamp })

describe('the trail', () => {
  it('is written in the order of time, to the stream that is named', async () => {
    const { trail, calls } = fakeLogs()
    await trail.write('tenant1', [event('b', NOW), event('a', NOW - 1)])
    expect(calls).toEqual([
      {
        operation: 'PutLogEvents',
        logGroupName: '/genai/audit',
        logStreamName: 'tenant1',
        logEvents: [event('a', NOW - 1), event('b', NOW)],
      },
    ])
  })

  it('gets a stream for a new tenant, also when another invocation made it in this moment', async () => {
    for (const racing of [false, true]) {
      const { trail, operations } = fakeLogs((operation, _, count) => {
        if (operation === 'CreateLogStream') return racing ? failure('ResourceAlreadyExistsException') : undefined
        return count === 1 ? failure('ResourceNotFoundException') : undefined
      })
      await trail.write('tenant1', [event('a')])
      expect(operations()).toEqual(['PutLogEvents', 'CreateLogStream', 'PutLogEvents'])
    }
  })

  it('fails where its log group is gone, instead of saying that it was written', async () => {
    const { trail } = fakeLogs(() => failure('ResourceNotFoundException'))
    await expect(trail.write('tenant1', [event('a')])).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it.each<[string, readonly TrailEvent[], readonly number[]]>([
    ['10,000 events', Array.from({ length: 20_001 }, () => event('x')), [10_000, 10_000, 1]],
    ['1 MB', Array.from({ length: 3 }, () => event('x'.repeat(500_000))), [2, 1]],
    ['1 MB of bytes, not of characters', Array.from({ length: 2 }, () => event('€'.repeat(200_000))), [1, 1]],
    ['24 hours', [event('a', NOW - 3 * DAY), event('b', NOW - 2 * DAY), event('c', NOW)], [2, 1]],
  ])('never sends more than %s at once', async (_, events, sizes) => {
    const { trail, calls } = fakeLogs()
    await trail.write('tenant1', events)
    expect(calls.map(({ logEvents }) => logEvents?.length)).toEqual(sizes)
  })

  it('writes what is rejected for its time once more, with the time of writing', async () => {
    const { trail, calls } = fakeLogs((_, __, count) =>
      count === 1 ? rejecting({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 }) : undefined,
    )
    await trail.write('tenant1', [event('old', NOW - DAY), event('good', NOW - 1), event('new', NOW)])
    expect(calls[1]?.logEvents).toEqual([event('old', NOW), event('new', NOW)])
    const expired = fakeLogs((_, __, count) => (count === 1 ? rejecting({ expiredLogEventEndIndex: 2 }) : undefined))
    await expired.trail.write('tenant1', [event('a', NOW - 2), event('b', NOW - 1), event('c', NOW)])
    expect(expired.calls[1]?.logEvents).toEqual([event('a', NOW), event('b', NOW)])
  })

  it('fails when they are rejected again', async () => {
    const { trail } = fakeLogs(() => rejecting({ tooOldLogEventEndIndex: 1 }))
    await expect(trail.write('tenant1', [event('a'), event('b')])).rejects.toThrow('rejected 1 records of tenant1')
  })

  it.each<[string, Reply]>([
    ['throttled', failure('ThrottlingException')],
    ['unavailable', failure('ServiceUnavailableException', 500)],
    ['unreachable', new ConnectionError('unreachable', 'logs')],
  ])('is patient with a service that is %s, but not for ever', async (_, trouble) => {
    // How long the SDK waits between its attempts.
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const passing = fakeLogs((__, ___, count) => (count < 4 ? trouble : undefined))
    await passing.trail.write('tenant1', [event('a')])
    expect(passing.operations()).toHaveLength(4)
    const lasting = fakeLogs(() => trouble)
    await expect(lasting.trail.write('tenant1', [event('a')])).rejects.toThrow()
    expect(lasting.operations()).toHaveLength(4)
  })

  it('does not repeat what is refused', async () => {
    const { trail, operations } = fakeLogs(() => failure('AccessDeniedException'))
    await expect(trail.write('tenant1', [event('secret')])).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect(operations()).toHaveLength(1)
  })
})
