/** The registry of operations, one line for each. logs.ts and the faults read it. */
export { createLogStream as CreateLogStream } from './operations/create-log-stream.ts'
export { describeLogGroups as DescribeLogGroups } from './operations/describe-log-groups.ts'
export { filterLogEvents as FilterLogEvents } from './operations/filter-log-events.ts'
export { putLogEvents as PutLogEvents } from './operations/put-log-events.ts'
