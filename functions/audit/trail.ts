/** Writes records to their tenant's stream of the trail: `PutLogEvents`, within its limits, and nothing silently lost. */
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
  /** Repeats what passes: throttling, failures of the service and of the way to it. */
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
  /** @throws Error when not everything was written: Lambda tries the delivery again */
  write(stream: string, events: readonly TrailEvent[]): Promise<void>
}

/** AWS's limits of a batch: events, bytes with 26 more for each event, and the time from the first to the last. */
const BATCH = { events: 10_000, bytes: 1_048_576, bytesBeside: 26, milliseconds: 24 * 3_600_000 } as const
/** Of one attempt. */
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

  /** Two invocations may make it at once; the second finds it there. */
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
        // Too old, too new or past the retention by their own time: written with the time of writing. The record has its own.
        const timestamp = now()
        const again = rejected.map(({ message }) => ({ timestamp, message }))
        const lost = rejectedOf(again, await put(stream, again)).length
        if (lost > 0) throw new Error(`CloudWatch Logs rejected ${lost} records of ${stream}.`)
      }
    },
  }
}

/** Of the answer's indexes into a batch, the first two are exclusive ends, the last an inclusive start. */
function rejectedOf(batch: readonly TrailEvent[], rejected: RejectedLogEventsInfo): readonly TrailEvent[] {
  const before = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0)
  const from = rejected.tooNewLogEventStartIndex ?? batch.length
  return batch.filter((_, index) => index < before || index >= from)
}

/** In the order of their time, as a batch must be. */
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
