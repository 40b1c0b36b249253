/** Checks that a certificate can be validated in a hosted zone, and that clients find the name there. */

/** A zone as Route 53 describes it. */
export interface FoundZone {
  /** Without the last dot. */
  readonly name: string
  readonly isPrivate: boolean
}

interface Wanted {
  readonly hostedZoneId: string
  readonly domainName: string
}

/**
 * @param found undefined if the account has no such zone
 * @returns a sentence; undefined if the zone can be used
 */
export function zoneMistake(
  { hostedZoneId, domainName }: Wanted,
  account: string,
  found: FoundZone | undefined,
): string | undefined {
  if (!found) return `Account ${account} has no hosted zone ${hostedZoneId}.`
  const { name, isPrivate } = found
  if (isPrivate)
    return `${hostedZoneId} (${name}) is a private zone: nobody outside would find the name, nor ACM its proof.`
  if (domainName !== name && !domainName.endsWith(`.${name}`))
    return `${hostedZoneId} is the zone of ${name}, and ${domainName} is not in it.`
  return undefined
}

/** @param stack whose file has the settings */
export const zoneRemedy = (stack: string): string =>
  `Correct hostedZoneId or domainName in Pulumi.${stack}.yaml, or use certificateArn.`
