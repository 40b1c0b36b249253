/** Availability zones: their names differ between accounts, their ids do not. */
import { UnsupportedError } from '../../errors.ts'
import type { Organization } from '../../organization.ts'

export interface Zone {
  /** `us-east-1a`; another account may call another zone so. */
  readonly name: string
  /** `use1-az1`; the same in every account. */
  readonly id: string
}

/** The zones of a region with their names in one account, sorted by name. */
export function zonesOf(organization: Organization, account: string, region: string): readonly Zone[] {
  const zones = organization.accounts.find(({ id }) => id === account)?.zones ?? {}
  const found = Object.entries(zones)
    .filter(([name]) => name.slice(0, -1) === region)
    .map(([name, id]) => ({ name, id }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  if (found.length === 0)
    throw new UnsupportedError(
      `the region ${region} in account ${account}: packages/local-cloud/src/organization.ts lists no zones for it`,
    )
  return found
}
