import { AwsError } from '../../errors.ts'
import type { Organization } from '../../organization.ts'

export interface HostedZone {
  /** Without a last dot. */
  readonly name: string
  readonly isPrivate: boolean
}

/** A hosted zone of an account. Zones are not declared: the organisation lists those that exist. */
export function hostedZone(organization: Organization, account: string, zoneId: string): HostedZone | undefined {
  const found = organization.accounts.find(({ id }) => id === account)
  const name = found?.hostedZones?.[zoneId]
  if (name === undefined) return undefined
  return { name: name.replace(/\.$/, ''), isPrivate: found?.privateZones?.includes(zoneId) ?? false }
}

/** @throws AwsError if the account has no such zone */
export function requireZone(
  { organization, account }: { readonly organization: Organization; readonly account: string },
  zoneId: string,
): HostedZone {
  const found = hostedZone(organization, account, zoneId)
  if (!found) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`, 404)
  return found
}

export const zoneArn = (zoneId: string): string => `arn:aws:route53:::hostedzone/${zoneId}`
