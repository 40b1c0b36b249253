import { AwsError } from '../../../errors.ts'
import type { ApiCall } from '../../../wire/protocol/api.ts'

/** The domain of a hosted zone in the caller's account, with a dot at the end, as Route 53 returns it. */
export function requireZone({ organization, account }: ApiCall, zoneId: string): string {
  const domain = organization.accounts.find(({ id }) => id === account)?.hostedZones?.[zoneId]
  if (domain === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`, 404)
  return `${domain.replace(/\.$/, '')}.`
}
