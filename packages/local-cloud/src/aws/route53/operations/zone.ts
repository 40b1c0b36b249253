import { AwsError } from '../../../errors.ts'
import type { ApiCall } from '../../../wire/protocol/api.ts'
import { type HostedZone, hostedZone } from '../zones.ts'

/** @throws AwsError if the caller's account has no such zone */
export function requireZone({ organization, account }: ApiCall, zoneId: string): HostedZone {
  const found = hostedZone(organization, account, zoneId)
  if (!found) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`, 404)
  return found
}
