/** How far the tenants' limits are used up, read in the same way as by `tenant limit`. */
import { withHub } from '../hub/hub-access.ts'
import { livingTenants, type TenantsTable } from '../tenant/items.ts'
import { limitRows, withUsage } from '../tenant/limits.ts'
import type { TenantLimitsView } from './messages.ts'

/** @returns nothing while there is no hub, or while it cannot be read, so that the page still shows the rest */
export async function readLimits(): Promise<readonly TenantLimitsView[]> {
  try {
    return await withHub({}, limitsOfTenants)
  } catch {
    return []
  }
}

/** Each limit that applies to a living tenant, with what is used of it in its present minute, day or month. */
export async function limitsOfTenants({ dynamodb, tableName }: TenantsTable): Promise<readonly TenantLimitsView[]> {
  const tenants = await livingTenants({ dynamodb, tableName })
  return await Promise.all(
    tenants.map(async ({ tenantId, limits: { stack, operator } }) => {
      const rows = await withUsage(dynamodb, tenantId, limitRows(stack, operator), new Date())
      const limits = rows.map(({ scope, name, limit, holds, used }) => ({
        scope: name === undefined ? scope : `${scope} ${name}`,
        limit,
        holds,
        ...(used !== undefined && { used }),
      }))
      return { tenant: tenantId, limits }
    }),
  )
}
