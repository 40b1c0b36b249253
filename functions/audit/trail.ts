/** Writes records to their tenant's stream of the trail: `PutLogEvents`, within its limits, and nothing silently lost. */
import { type AwsCall, exceptionName, type SignedCall } from '../gateway/aws.ts'
import { jitter, type RetryOptions, retrying } from '../gateway/retry.ts'
import type { Answer } from '../gateway/transport.ts'
import { TransportError } from '../gateway/transport.ts'

export interface TrailOptions {
  readonly logGroup: string
  readonly region: string
  readonly call: SignedCall
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly random: () => number
  readonly pause: RetryOptions['pause']
  /** Milliseconds that are left of the invocation. */
  readonly remaining: () => number
}

export interface TrailEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly message: string
}

export interface Trail {
  /** @throws Error when not everything was written: Lambda tries the delivery again */
  write(stream: string, events: readonly TrailEvent[]): Promise<void>
}

/** AWS's limits of a batch: events, bytes with 26 more for each event, and the time from the first to the last. */
const BATCH = { events: 10_000, bytes: 1_048_576, bytesBeside: 26, milliseconds: 24 * 3_600_000 } as const
const ATTEMPTS = 4
const BASE_MILLISECONDS = 100
const TIMEOUT_MILLISECONDS = 5_000

export function createTrail(options: TrailOptions): Trail {
  const { logGroup, now } = options

  async function put(logStream: string, batch: readonly TrailEvent[]): Promise<Rejected> {
    const input = { logGroupName: logGroup, logStreamName: logStream, logEvents: batch }
    const answer = await callLogs(options, 'PutLogEvents', input).catch(async (error: unknown) => {
      if (!(error instanceof LogsError && error.code === 'ResourceNotFoundException')) throw error
      await makeStream(logStream)
      return await callLogs(options, 'PutLogEvents', input)
    })
    return (
      (JSON.parse(answer.body || '{}') as { readonly rejectedLogEventsInfo?: Rejected }).rejectedLogEventsInfo ?? {}
    )
  }

  /** Two invocations may make it at once; the second finds it there. */
  async function makeStream(logStreamName: string): Promise<void> {
    await callLogs(options, 'CreateLogStream', { logGroupName: logGroup, logStreamName }).catch((error: unknown) => {
      if (!(error instanceof LogsError && error.code === 'ResourceAlreadyExistsException')) throw error
    })
  }

  return {
    async write(stream, events) {
      for (const batch of batches(events)) {
        const rejected = rejectedOf(batch, await put(stream, batch))
        if (rejected.length === 0) continue
        // Too old, too new or past the retention by their own time: written with the time of writing. The record has its own.
        const timestamp = now()
        const again = rejected.map(({ message }) => ({ timestamp, message }))
        const lost = rejectedOf(again, await put(stream, again)).length
        if (lost > 0) throw new Error(`CloudWatch Logs rejected ${lost} records of ${stream}.`)
      }
    },
  }
}

/** Indexes into a batch; the first two are exclusive ends, the last an inclusive start. */
interface Rejected {
  readonly tooOldLogEventEndIndex?: number
  readonly expiredLogEventEndIndex?: number
  readonly tooNewLogEventStartIndex?: number
}

function rejectedOf(batch: readonly TrailEvent[], rejected: Rejected): readonly TrailEvent[] {
  const before = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0)
  const from = rejected.tooNewLogEventStartIndex ?? batch.length
  return batch.filter((_, index) => index < before || index >= from)
}

/** In the order of their time, as a batch must be. */
function* batches(events: readonly TrailEvent[]): Iterable<readonly TrailEvent[]> {
  let batch: TrailEvent[] = []
  let bytes = 0
  for (const event of events.toSorted((a, b) => a.timestamp - b.timestamp)) {
    const size = Buffer.byteLength(event.message) + BATCH.bytesBeside
    const span = event.timestamp - (batch[0]?.timestamp ?? event.timestamp)
    if (batch.length === BATCH.events || bytes + size > BATCH.bytes || span > BATCH.milliseconds) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(event)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

class LogsError extends Error {
  override readonly name = 'LogsError'
  readonly status: number
  readonly code: string

  constructor(operation: string, { status }: Answer, code: string) {
    super(`${operation}: ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

async function callLogs(options: TrailOptions, operation: string, input: object): Promise<Answer> {
  const { region, call, random, pause, remaining } = options
  const request: AwsCall = {
    host: `logs.${region}.amazonaws.com`,
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` },
    body: JSON.stringify(input),
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
    maximumBytes: 65_536,
  }
  return await retrying(
    async () => {
      const answer = await call(request)
      if (answer.status === 200) return answer
      throw new LogsError(operation, answer, exceptionName(answer) ?? 'an error without a name')
    },
    {
      attempts: ATTEMPTS,
      remaining,
      pause,
      waitAfter: (error, attempt) => (isPassing(error) ? jitter(random, BASE_MILLISECONDS, attempt) : undefined),
    },
  )
}

/** Throttled, or a trouble of the service or of the way to it. A record that was written all the same comes twice: readers see it. */
const isPassing = (error: unknown): boolean =>
  error instanceof TransportError ||
  (error instanceof LogsError && (error.status >= 500 || /Throttling|TooManyRequests|Aborted/.test(error.code)))
