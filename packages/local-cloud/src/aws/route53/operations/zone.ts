import { AwsError } from '../../../errors.ts'
import type { ApiCall } from '../../../wire/protocol/api.ts'

/** The domain of a hosted zone in the caller's account, with the last dot that Route 53 answers. */
export function requireZone({ organization, account }: ApiCall, zoneId: string): string {
  const domain = organization.accounts.find(({ id }) => id === account)?.hostedZones?.[zoneId]
  if (domain === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`, 404)
  return `${domain.replace(/\.$/, '')}.`
}
