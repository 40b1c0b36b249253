/** A hub's limits, how much of them its tenants take, and what is left with one more tenant. */
import { SPOKE_PREFIXES } from '../../../shared/addressing.ts'
import { addresses, parseCidr } from '../../../shared/cidr.ts'
import { RULES_PER_GROUP_QUOTA } from '../../../shared/load-balancer-quotas.ts'
import type { HubSettings, SpokeSettings } from '../../../shared/settings.ts'

export interface Room {
  readonly what: string
  readonly limit: number
  /** Number that the tenants with a stack file use. */
  readonly used: number
  readonly thisTenant: number
  /** Number including the planned tenant. */
  readonly left: number
}

const machines = ({ machineIssuers }: SpokeSettings) => Object.keys(machineIssuers).length
const rules = (one: SpokeSettings) => (one.compute.kind === 'fargate' ? 2 : 1) + machines(one)
const reserved = ({ compute }: SpokeSettings) => (compute.kind === 'lambda' ? compute.tier.reservedConcurrency : 0)
/** A deployment runs old and new tasks side by side. */
const vcpus = ({ compute }: SpokeSettings) =>
  compute.kind === 'fargate' ? (2 * compute.tier.maximumTasks * compute.tier.cpuUnits) / 1024 : 0
const shared = ({ modelEndpoint }: SpokeSettings) => Number(modelEndpoint === 'hub')

/** Ten rules are kept free, and Lambda keeps a hundred executions (shared/hub-limits.ts). */
const FREE_RULES = 10
const UNRESERVED = 100
const TENANTS = 90

export function roomOf(hub: HubSettings, others: readonly SpokeSettings[], planned: SpokeSettings): readonly Room[] {
  const row = (what: string, limit: number, of: (one: SpokeSettings) => number): Room => {
    const used = others.reduce((sum, one) => sum + of(one), 0)
    const thisTenant = of(planned)
    return { what, limit, used, thisTenant, left: limit - used - thisTenant }
  }
  const prefix = parseCidr(planned.cidrBlock ?? `10.0.0.0/${SPOKE_PREFIXES.smallest - 1}`).prefix
  const size = addresses(planned.cidrBlock === undefined ? 24 : prefix)
  const blocks = ({ cidrBlock }: SpokeSettings) =>
    cidrBlock === undefined ? 0 : Math.max(1, addresses(parseCidr(cidrBlock).prefix) / size)
  return [
    row('tenants of the load balancer (target groups)', TENANTS, () => 1),
    row(
      `rules of the load balancer (listenerRules ${hub.listenerRules}, ${FREE_RULES} stay free)`,
      hub.listenerRules - FREE_RULES,
      rules,
    ),
    row(
      `concurrent executions of Lambda (${hub.concurrencyLimit}, of which AWS keeps ${UNRESERVED})`,
      hub.concurrencyLimit - UNRESERVED,
      reserved,
    ),
    ...(hub.fargate ? [row('vCPUs on Fargate, old and new tasks side by side', hub.fargateVcpuLimit, vcpus)] : []),
    ...(hub.centralModels
      ? [
          row(
            `tenants at the shared model endpoint (securityGroupRules; AWS quota ${RULES_PER_GROUP_QUOTA})`,
            hub.centralModels.groupRules,
            shared,
          ),
        ]
      : []),
    row(
      `blocks of ${size} addresses in the spokes' supernet ${hub.spokesCidrBlock}`,
      addresses(parseCidr(hub.spokesCidrBlock).prefix) / size,
      blocks,
    ),
  ]
}
