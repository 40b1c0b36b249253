import { AwsError } from '../../../errors.ts'
import { boolean, integer, list, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { MAX_FOUND } from '../constants.ts'
import { parseFilterPattern } from '../filter-pattern.ts'
import type { StoredEvent } from '../log-event.ts'
import { GROUP_NAME, type LogsOperation, permitted, REFUSALS, STREAM_NAME } from '../operation.ts'

const INPUT = structure({
  logGroupName: required(GROUP_NAME),
  logStreamNames: list(STREAM_NAME, { min: 1, max: 100 }),
  logStreamNamePrefix: STREAM_NAME,
  startTime: integer({ min: 0 }),
  endTime: integer({ min: 0 }),
  filterPattern: text({ max: 1024 }),
  limit: integer({ min: 1, max: MAX_FOUND }),
  nextToken: text({ min: 1 }),
  // Interleaved results are always on since 2019, whatever the parameter says.
  interleaved: boolean,
})

export const filterLogEvents: LogsOperation = async (call) => {
  const input = read(INPUT, call.input, REFUSALS)
  const { logStreamNames: names, logStreamNamePrefix: prefix, startTime = 0, endTime = Number.MAX_SAFE_INTEGER } = input
  if (names && prefix !== undefined)
    throw new AwsError('InvalidParameterException', 'Specify either logStreamNames or logStreamNamePrefix, not both.')
  // The request names a group. IAM checks it with an empty stream in the ARN.
  const group = await permitted(call, 'FilterLogEvents', input.logGroupName, 'log-stream:')
  for (const name of names ?? [])
    if (!(await call.groups.hasStream(group, name)))
      throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.')
  const matches = parseFilterPattern(input.filterPattern ?? '')
  const from = offsetOf(input.nextToken)
  const found = (await call.groups.events(group)).filter(
    ({ stream, timestamp, message }) =>
      (names?.includes(stream) ?? true) &&
      stream.startsWith(prefix ?? '') &&
      timestamp >= startTime &&
      timestamp <= endTime &&
      matches(message),
  )
  const end = from + (input.limit ?? MAX_FOUND)
  return {
    events: found.slice(from, end).map(answered),
    searchedLogStreams: [],
    ...(end < found.length && { nextToken: String(end) }),
  }
}

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0
  if (!/^\d{1,9}$/.test(token)) throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.')
  return Number(token)
}

const answered = ({ stream, timestamp, message, ingestionTime, id }: StoredEvent) => ({
  logStreamName: stream,
  timestamp,
  message,
  ingestionTime,
  eventId: id,
})
