/** The trail against what the local Bedrock counted by itself, as `npm run genai -- usage reconcile` holds them together. */
import { localAgent } from '@genai/local-cloud/wire/agent'
import type { TrailRecord } from '../../cli/audit/trail.ts'
import { open } from '../../cli/doctor/gather.ts'
import type { TenantSubject } from '../../cli/doctor/subjects.ts'
import { HOUR } from '../../cli/usage/reconcile.ts'
import { reconcileAccounts } from '../../cli/usage/reconcile-accounts.ts'
import type { Reconciled } from '../../cli/usage/reconcile-print.ts'
import { MODEL_PRICES } from '../../shared/model-prices.ts'
import { USAGE_ROLE } from '../../shared/policies/reconcile.ts'
import type { Platform } from '../platform/platform.ts'

export async function reconciled(
  platform: Platform,
  records: readonly TrailRecord[],
  role = USAGE_ROLE,
  bill = false,
): Promise<Reconciled> {
  const to = (Math.floor(Date.now() / HOUR) + 1) * HOUR
  const deployed = new Set(records.map(({ tenant }) => tenant))
  const tenants = (await tenantsOf(platform, role)).filter(({ settings }) => deployed.has(settings.tenantId))
  return await reconcileAccounts(tenants, records, {
    from: to - 2 * HOUR,
    to,
    threshold: 0,
    prices: MODEL_PRICES,
    byRecord: true,
    bill,
  })
}

/** Every tenant that has a stack file, asked about as the role. */
export async function tenantsOf(platform: Platform, role: string): Promise<readonly TenantSubject[]> {
  const { world } = await open({
    aws: false,
    role,
    connection: {
      where: 'the local cloud',
      credentials: platform.cloud.signIn(),
      agent: localAgent({ port: platform.wirePort, caFile: platform.caFile }),
      needsPulumi: false,
    },
  })
  return world.tenants
}
