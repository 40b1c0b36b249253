import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import { lookupEvents } from './operations/lookup-events.ts'
import type { Trail } from './trail.ts'

export const cloudTrail = (trail: Trail): Api<object> => ({
  name: 'cloudtrail',
  protocol: jsonApi('CloudTrail_20131101'),
  operations: { LookupEvents: lookupEvents(trail) },
})
