/** Tenants besides the two of the sample, in accounts like theirs. */
import type { Organization } from '@genai/local-cloud/organization'
import { readStack, withSettings } from '../../../cli/pulumi/stack-files.ts'
import { tenantRoles } from '../../../sample-organization.ts'
import type { Platform } from '../../harness/platform.ts'

/** @param accounts names of the accounts by their ids */
export function withAccounts(organization: Organization, accounts: Readonly<Record<string, string>>): Organization {
  const pattern = organization.accounts.find(({ id }) => id === '222222222222')
  if (!pattern) throw new Error('The organisation has no sample tenant.')
  const added = Object.entries(accounts).map(([id, name]) => ({
    ...pattern,
    id,
    name,
    roles: tenantRoles(id),
    outboundIdentity: `${id.slice(-8)}-0000-4000-8000-${id}`,
  }))
  return { ...organization, accounts: [...organization.accounts, ...added] }
}

/** Deploys a tenant with the settings of the sample's first one, changed by these, as `spoke-ID`. */
export async function deployFurther(
  { cloud }: Platform,
  tenantId: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { default: program } = await import('../../../index.ts')
  const stack = withSettings(readStack('spoke-tenant1'), { tenantId, ...settings })
  await cloud.deploy({ ...stack, stack: `spoke-${tenantId}` }, program)
}
