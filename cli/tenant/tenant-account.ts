/** A tenant's own account, entered with a role that was made there for one purpose. */
import type { Clients } from '../doctor/clients.ts'
import { type OpenOptions, open } from '../doctor/gather.ts'
import { NoAccess } from '../doctor/subjects.ts'
import { UserError } from '../verb.ts'

export interface TenantAccount {
  readonly account: string
  readonly region: string
  /** Clients whose calls are signed with the role. */
  readonly clients: Clients
  /** Tenants whose stack files name the same account (`sharedAccount`). */
  readonly neighbours: readonly string[]
}

/**
 * @param policyCommand the command that prints the role's policy, after `npm run tenant --`
 * @throws UserError if the tenant has no stack file, or if the account does not let the role be assumed
 */
export async function tenantAccount(
  tenantId: string,
  options: OpenOptions,
  policyCommand: string,
): Promise<TenantAccount> {
  const { world } = await open(options)
  const tenant = world.tenants.find(({ settings }) => settings.tenantId === tenantId)
  if (!tenant)
    throw new UserError(`There is no stack file of ${tenantId}.`, 'Its account is named there. Copy it here.')
  try {
    const neighbours = world.tenants
      .filter(({ account, settings }) => account === tenant.account && settings.tenantId !== tenantId)
      .map(({ settings }) => settings.tenantId)
    return { account: tenant.account, region: tenant.region, clients: await tenant.clients(), neighbours }
  } catch (cause) {
    if (!(cause instanceof NoAccess)) throw cause
    throw new UserError(
      `${cause.message.replace(/\.$/, '')}. Nothing was changed.`,
      `The policy of the role: npm run tenant -- ${policyCommand}`,
      { cause },
    )
  }
}
