import type { Organization } from '../../organization.ts'

export interface HostedZone {
  /** Without a last dot. */
  readonly name: string
  readonly isPrivate: boolean
}

/** A hosted zone of an account: nobody declares one, the organisation says what is there. */
export function hostedZone(organization: Organization, account: string, zoneId: string): HostedZone | undefined {
  const found = organization.accounts.find(({ id }) => id === account)
  const name = found?.hostedZones?.[zoneId]
  if (name === undefined) return undefined
  return { name: name.replace(/\.$/, ''), isPrivate: found?.privateZones?.includes(zoneId) ?? false }
}

export const zoneArn = (zoneId: string): string => `arn:aws:route53:::hostedzone/${zoneId}`
