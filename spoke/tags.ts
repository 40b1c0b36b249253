import { HELD_TAG, PREFIX, SHARED_ACCOUNT_TAG, type Tags } from '../shared/naming.ts'
import type { HeldOnce } from '../shared/shared-account.ts'

/** Tags for cost allocation, in the form that resources take. */
export type TagMap = Readonly<Record<string, string>>

/** The console shows the tag `Name` for resources that have no name of their own. */
export function tenantTags(tags: Required<Tags>): TagMap & { readonly Name: string } {
  return { ...tags, Name: `${PREFIX}-${tags.tenant}` }
}

/**
 * Further tags on the role of a tenant that shares its account. The preflight of the account's other tenants reads them
 * (preflight/neighbours.ts).
 */
export const neighbourTags = (holds: readonly HeldOnce[]): TagMap => ({
  [SHARED_ACCOUNT_TAG.key]: SHARED_ACCOUNT_TAG.value,
  ...(holds.length > 0 && { [HELD_TAG]: holds.join(' ') }),
})
