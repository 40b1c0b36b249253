/** Chooses the zones and the address block of a new tenant. */
import { nextFreeCidr, SPOKE_PREFIXES } from '../../shared/addressing.ts'
import type { HubSettings } from '../../shared/settings.ts'
import { messageOf, UserError } from '../verb.ts'
import type { SpokeFile } from './stack-files.ts'

/** The size of the sample tenants' networks: three zones with two subnets each, and some room. */
export const DEFAULT_PREFIX = 24

/**
 * The zones of a new tenant, taken from the hub's other tenants: the hub's settings have zone names, not the zone ids that a spoke needs.
 */
export function zonesFor(members: readonly SpokeFile[]): readonly string[] {
  for (const { settings } of members)
    if (settings.ok && settings.value.availabilityZoneIds.length > 0) return settings.value.availabilityZoneIds
  throw new UserError(
    'Which zones is the tenant in? There is no other tenant to take them from.',
    'Add --zone ID for each: some of zoneIds of pulumi stack output -s hub, such as use1-az1.',
  )
}

/**
 * The lowest free block, given the blocks in all stack files and the hub's own.
 * @throws UserError if the supernet is full
 */
export function freeBlock(
  { cidrBlock, spokesCidrBlock }: Pick<HubSettings, 'cidrBlock' | 'spokesCidrBlock'>,
  members: readonly SpokeFile[],
  prefixLength = DEFAULT_PREFIX,
): string {
  const { largest, smallest } = SPOKE_PREFIXES
  if (prefixLength < largest || prefixLength > smallest)
    throw new UserError(
      `--prefix-length is ${prefixLength}.`,
      `A spoke is a /${largest} to a /${smallest}: ${largest} to ${smallest}.`,
    )
  const used = [cidrBlock, ...members.flatMap(({ tenancy }) => tenancy.cidrBlock ?? [])]
  try {
    return nextFreeCidr(spokesCidrBlock, used, prefixLength)
  } catch (cause) {
    throw new UserError(
      `The spokes' supernet is full: ${messageOf(cause)}`,
      'A second hub is a cell of its own: docs/operations.md, "Cells". Nothing was written.',
      { cause },
    )
  }
}
