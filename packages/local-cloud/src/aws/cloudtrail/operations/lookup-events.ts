import type { ApiOperation } from '../../../wire/protocol/api.ts'
import {
  float,
  integer,
  list,
  oneOf,
  read,
  required,
  structure,
  text,
  VALIDATION_EXCEPTIONS,
} from '../../../wire/protocol/shape.ts'
import type { Trail, TrailEvent } from '../trail.ts'

const INPUT = structure({
  LookupAttributes: list(
    structure({
      AttributeKey: required(oneOf('EventName', 'EventSource')),
      AttributeValue: required(text({ min: 1, max: 2000 })),
    }),
    { max: 1 },
  ),
  StartTime: float(),
  EndTime: float(),
  MaxResults: integer({ min: 1, max: 50 }),
  NextToken: text({ min: 1 }),
})

const VERSION = '1.11'

/** @param trail the recorded events */
export const lookupEvents =
  (trail: Trail): ApiOperation<object> =>
  async (call) => {
    const input = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
    await call.permit('cloudtrail:LookupEvents')
    const { StartTime: start = 0, EndTime: end = Number.MAX_SAFE_INTEGER, MaxResults: size = 50 } = input
    const [attribute] = input.LookupAttributes ?? []
    const wanted = (event: TrailEvent) =>
      !attribute ||
      (attribute.AttributeKey === 'EventName' ? event.eventName : event.eventSource) === attribute.AttributeValue
    const found = trail
      .events(call.account, call.region)
      .filter((event) => wanted(event) && event.at >= start && event.at <= end)
    const from = /^\d{1,6}$/.test(input.NextToken ?? '') ? Number(input.NextToken) : 0
    return {
      Events: found.slice(from, from + size).map(answered),
      ...(from + size < found.length && { NextToken: String(from + size) }),
    }
  }

const answered = (event: TrailEvent) => ({
  EventId: event.requestId,
  EventName: event.eventName,
  EventSource: event.eventSource,
  EventTime: event.at,
  Username: event.caller.split('/').at(-1),
  CloudTrailEvent: JSON.stringify({
    eventVersion: VERSION,
    userIdentity: { type: 'AssumedRole', arn: event.caller, accountId: event.account },
    eventTime: new Date(event.at * 1000).toISOString(),
    eventSource: event.eventSource,
    eventName: event.eventName,
    awsRegion: event.region,
    ...(event.error && { errorCode: event.error.code, errorMessage: event.error.message }),
    requestParameters: event.requestParameters,
    additionalEventData: event.additionalEventData,
    requestID: event.requestId,
  }),
})
