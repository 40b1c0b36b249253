/** What `tenant list` says of each tenant: from its stack file, and from the hub's table if a hub was asked. */
import { type Compute, TASK_TIERS, TIERS, taskTierFigures, tierFigures } from '../../shared/compute.ts'
import { gatewayEndpointMonthlyFixed, type Prices, tenantMonthlyFixed } from '../../shared/infrastructure-prices.ts'
import type { Limits } from '../../shared/limits.ts'
import type { MachineIssuers } from '../../shared/settings/of-spoke/machine-issuers.ts'
import { lostChecks } from '../../shared/variant-losses.ts'
import type { LivingTenant } from './items.ts'
import { type LimitRow, limitRows } from './limits.ts'
import type { SpokeFile } from './stack-files.ts'

export interface TenantRow {
  readonly tenant: string
  readonly account: string
  /** Empty for a tenant without a network of its own. */
  readonly cidrBlock: string
  /** Which model endpoint the gateway calls; empty if the stack file has mistakes. */
  readonly modelEndpoint: 'own' | 'hub' | ''
  /** Whether other tenants may be in its account. */
  readonly sharedAccount: boolean
  /** The checks that its settings leave out; empty if the stack file has mistakes. */
  readonly lostChecks: readonly string[]
  readonly models: readonly string[]
  readonly compute: Compute['kind'] | ''
  readonly tier: string
  /** The tenant's machines; each takes one rule of the load balancer. */
  readonly machines: number
  /** `?` if no hub was asked, or if it is not the tenant's hub. */
  readonly status: LivingTenant['status'] | 'not deployed' | 'no stack file' | '?'
  /** US dollars a month before the first request; absent if the stack file has mistakes. */
  readonly monthlyFixed?: number
  /** The limits of the stack's file, with those that the operator has lowered; absent if nothing is limited. */
  readonly limits?: readonly LimitRow[]
}

export function tenantRows(
  spokes: readonly SpokeFile[],
  living: readonly LivingTenant[] | undefined,
  prices: Prices,
  /** Whether a tenant belongs to the hub that was asked. */
  asked: (spoke: SpokeFile) => boolean = () => true,
): readonly TenantRow[] {
  const declared = spokes.map((spoke): TenantRow => {
    const { stack, raw, tenancy, settings } = spoke
    const tenant = tenancy.tenantId ?? stack
    const alive = living && asked(spoke) ? living.find(({ tenantId }) => tenantId === tenant) : undefined
    const zones = settings.ok ? settings.value.availabilityZoneIds.length : undefined
    return {
      tenant,
      account: raw.account ?? '',
      cidrBlock: raw.cidrBlock ?? '',
      modelEndpoint: settings.ok ? settings.value.modelEndpoint : '',
      sharedAccount: tenancy.sharedAccount === true,
      lostChecks: settings.ok ? lostChecks(settings.value) : [],
      models: settings.ok ? Object.keys(settings.value.models) : [],
      compute: tenancy.compute?.kind ?? '',
      tier: tenancy.compute ? tierName(tenancy.compute) : '',
      machines: tenancy.machineRules ?? 0,
      status: living && asked(spoke) ? (alive?.status ?? 'not deployed') : '?',
      ...(zones !== undefined &&
        settings.ok && {
          monthlyFixed:
            tenantMonthlyFixed(zones, tenancy.compute, prices) +
            clientsMonthly(settings.value.machineIssuers, prices) +
            (settings.value.gatewayEndpoint ? gatewayEndpointMonthlyFixed(zones, prices) : 0),
        }),
      ...limitsOf(settings.ok ? settings.value.limits : alive?.limits.stack, alive?.limits.operator),
    }
  })
  const names = new Set(declared.map(({ tenant }) => tenant))
  const others = (living ?? [])
    .filter(({ tenantId }) => !names.has(tenantId))
    .map(
      ({ tenantId, account, limits }): TenantRow => ({
        tenant: tenantId,
        account,
        cidrBlock: '',
        modelEndpoint: '',
        sharedAccount: false,
        lostChecks: [],
        models: [],
        compute: '',
        tier: '',
        machines: 0,
        status: 'no stack file',
        ...limitsOf(limits.stack, limits.operator),
      }),
    )
  return [...declared, ...others]
}

function limitsOf(stack: Limits = {}, operator: Limits = {}): Pick<TenantRow, 'limits'> {
  const limits = limitRows(stack, operator)
  return limits.length > 0 ? { limits } : {}
}

/** Monthly price of the app clients of a tenant's machines, without their tokens. */
const clientsMonthly = (issuers: MachineIssuers, prices: Prices): number =>
  Object.values(issuers).filter(({ claims }) => claims.client_id !== undefined).length * prices.cognitoAppClientMonth

/** The name of a preset, or the numbers of any other tier. */
function tierName(compute: Compute): string {
  const presets: Readonly<Record<string, object>> = compute.kind === 'lambda' ? TIERS : TASK_TIERS
  const figures = Object.entries(compute.tier)
  const preset = Object.entries(presets).find(([, tier]) =>
    figures.every(([name, figure]) => (tier as Record<string, unknown>)[name] === figure),
  )
  return preset?.[0] ?? (compute.kind === 'lambda' ? tierFigures(compute.tier) : taskTierFigures(compute.tier))
}
