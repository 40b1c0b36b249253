/** Writes records to their tenant's stream of the trail with `PutLogEvents`, within its limits. No record is lost without an error. */
import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type RejectedLogEventsInfo,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'

export interface TrailOptions {
  readonly logGroup: string
  /** Repeats calls after temporary failures: throttling, failures of the service or of the connection. */
  readonly client: Pick<CloudWatchLogsClient, 'send'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

export interface TrailEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly message: string
}

export interface Trail {
  /** @throws Error if not everything was written: Lambda repeats the delivery */
  write(stream: string, events: readonly TrailEvent[]): Promise<void>
}

/** AWS's limits of a batch: events, bytes with 26 more for each event, and the time from the first to the last. */
const BATCH = { events: 10_000, bytes: 1_048_576, bytesBeside: 26, milliseconds: 24 * 3_600_000 } as const
/** The time limit of one attempt. */
const TIME = { requestTimeout: 5_000 } as const

export function createTrail({ logGroup, client, now }: TrailOptions): Trail {
  async function put(logStreamName: string, batch: TrailEvent[]): Promise<RejectedLogEventsInfo> {
    const command = new PutLogEventsCommand({ logGroupName: logGroup, logStreamName, logEvents: batch })
    const answer = await client.send(command, TIME).catch(async (error: unknown) => {
      if (!(error instanceof ResourceNotFoundException)) throw error
      await makeStream(logStreamName)
      return await client.send(command, TIME)
    })
    return answer.rejectedLogEventsInfo ?? {}
  }

  /** Two invocations may make the stream at once; the second one finds that it exists. */
  async function makeStream(logStreamName: string): Promise<void> {
    const command = new CreateLogStreamCommand({ logGroupName: logGroup, logStreamName })
    await client.send(command, TIME).catch((error: unknown) => {
      if (!(error instanceof ResourceAlreadyExistsException)) throw error
    })
  }

  return {
    async write(stream, events) {
      for (const batch of batches(events)) {
        const rejected = rejectedOf(batch, await put(stream, batch))
        if (rejected.length === 0) continue
        // Events whose own time is too old, too new or past the retention are written with the current time. The record has its own time.
        const timestamp = now()
        const again = rejected.map(({ message }) => ({ timestamp, message }))
        const lost = rejectedOf(again, await put(stream, again)).length
        if (lost > 0) throw new Error(`CloudWatch Logs rejected ${lost} records of ${stream}.`)
      }
    },
  }
}

/** Of the answer's indexes into a batch, the first two are exclusive ends, and the last is an inclusive start. */
function rejectedOf(batch: readonly TrailEvent[], rejected: RejectedLogEventsInfo): readonly TrailEvent[] {
  const before = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0)
  const from = rejected.tooNewLogEventStartIndex ?? batch.length
  return batch.filter((_, index) => index < before || index >= from)
}

/** Sorted by time, as a batch must be. */
function* batches(events: readonly TrailEvent[]): Iterable<TrailEvent[]> {
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
