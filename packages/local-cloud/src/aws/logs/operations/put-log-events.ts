import { AwsError } from '../../../errors.ts'
import { integer, list, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { BATCH, TOO_NEW_MILLISECONDS, TOO_OLD_MILLISECONDS } from '../constants.ts'
import type { NewEvent } from '../log-event.ts'
import { GROUP_NAME, type LogsOperation, permitted, REFUSALS, STREAM_NAME } from '../operation.ts'

const INPUT = structure({
  logGroupName: required(GROUP_NAME),
  logStreamName: required(STREAM_NAME),
  logEvents: required(
    list(structure({ timestamp: required(integer({ min: 0 })), message: required(text({ min: 1 })) }), {
      min: 1,
      max: BATCH.events,
    }),
  ),
  // AWS accepts the parameter and ignores it.
  sequenceToken: text({ min: 1 }),
})

export const putLogEvents: LogsOperation = async (call) => {
  const { logGroupName, logStreamName, logEvents } = read(INPUT, call.input, REFUSALS)
  const group = await permitted(call, 'PutLogEvents', logGroupName, `log-stream:${logStreamName}`)
  if (!(await call.groups.hasStream(group, logStreamName)))
    throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.')
  refuseBatch(logEvents)
  const now = call.surroundings.now() * 1000
  // The events are sorted by time: events that are too old come first, and those that are too new last.
  const count = (isSo: (event: NewEvent) => boolean) => logEvents.filter(isSo).length
  const tooOld = count(({ timestamp }) => timestamp < now - TOO_OLD_MILLISECONDS)
  const expired = count(({ timestamp }) => timestamp < call.groups.oldest(group))
  const tooNew = count(({ timestamp }) => timestamp > now + TOO_NEW_MILLISECONDS)
  const accepted = logEvents.slice(Math.max(tooOld, expired), logEvents.length - tooNew)
  if (accepted.length > 0) await call.groups.append(group, logStreamName, accepted)
  const rejected = {
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    ...(tooNew > 0 && { tooNewLogEventStartIndex: logEvents.length - tooNew }),
  }
  return {
    nextSequenceToken: '0',
    ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
  }
}

function refuseBatch(events: readonly NewEvent[]): void {
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + BATCH.bytesBeside, 0)
  if (bytes > BATCH.bytes)
    throw new AwsError('InvalidParameterException', `Upload too large: ${bytes} bytes exceeds limit of ${BATCH.bytes}`)
  const times = events.map(({ timestamp }) => timestamp)
  if (times.some((time, index) => time < (times[index - 1] ?? 0)))
    throw new AwsError(
      'InvalidParameterException',
      'Log events in a single PutLogEvents request must be in chronological order.',
    )
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > BATCH.milliseconds)
    throw new AwsError(
      'InvalidParameterException',
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    )
}
