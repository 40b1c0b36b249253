/** What a hub's account allows for all tenants together, and which limits they exceed. This is checked before anything is made. */
import { planHubSubnets } from './addressing.ts'
import { addresses, parseCidr } from './cidr.ts'
import type { Compute } from './compute.ts'
import type { HubOutputs } from './contract.ts'
import { DEFAULT_LISTENER_RULES } from './load-balancer-quotas.ts'
import type { HubSettings } from './settings.ts'

export interface HubLimits {
  /** The hub account's concurrent executions of Lambda. */
  readonly concurrencyLimit: number
  /** How many rules the load balancer may have. */
  readonly listenerRules: number
  /**
   * How many of these rules are for federated people: one for each provider.
   * @default 0
   */
  readonly federatedRules?: number
  /** How many tenants the shared model endpoint may admit; absent on a hub without one. */
  readonly sharedRules?: number
  /** Absent on a hub without Fargate. */
  readonly fargate?: {
    readonly vcpuLimit: number
    /** The blocks of the private subnets, one in each zone. */
    readonly subnets: readonly string[]
    /**
     * How many addresses load balancers take in each of these subnets.
     * @default 0
     */
    readonly balancers?: number
  }
}

/** The limits of a deployed hub. A hub of an earlier version has its number of rules only with Fargate. */
export const limitsOfHub = ({
  concurrencyLimit,
  listenerRules,
  fargate,
  privateSubnets,
  centralModels,
  loadBalancer,
  endpointService,
  federatedProviders,
}: HubOutputs): HubLimits => ({
  ...(federatedProviders && { federatedRules: Object.keys(federatedProviders).length }),
  concurrencyLimit,
  listenerRules: listenerRules ?? fargate?.listenerRules ?? DEFAULT_LISTENER_RULES,
  ...(centralModels && { sharedRules: centralModels.groupRules }),
  ...(fargate && {
    fargate: {
      ...fargate,
      subnets: privateSubnets.map(({ cidrBlock }) => cidrBlock),
      balancers: balancersIn(loadBalancer === 'internal', endpointService !== undefined),
    },
  }),
})

/** The limits of a hub by its settings, before it is deployed. */
export const limitsOfSettings = (hub: HubSettings): HubLimits => ({
  concurrencyLimit: hub.concurrencyLimit,
  listenerRules: hub.listenerRules,
  ...(Object.keys(hub.federatedProviders).length > 0 && {
    federatedRules: Object.keys(hub.federatedProviders).length,
  }),
  ...(hub.centralModels && { sharedRules: hub.centralModels.groupRules }),
  ...(hub.fargate && {
    fargate: {
      vcpuLimit: hub.fargateVcpuLimit,
      subnets: planHubSubnets(hub.cidrBlock, hub.availabilityZones).map((zone) => zone.private),
      balancers: balancersIn(hub.loadBalancer === 'internal', hub.endpointService !== undefined),
    },
  }),
})

/** An internal load balancer is in the private subnets, where AWS demands eight free addresses for scaling; a network load balancer has one. */
const balancersIn = (internal: boolean, door: boolean): number => (internal ? 8 : 0) + (door ? 1 : 0)

/** What a tenant's stack file says about what runs its gateway. */
export interface Computed {
  readonly compute?: Compute
  /**
   * How many issuers its machines have.
   * @default 0
   */
  readonly machineRules?: number
}

export function limitMistakes(members: readonly Computed[], limits: HubLimits): readonly string[] {
  const { fargate } = limits
  return [
    ...concurrencyMistakes(members, limits),
    ...ruleMistakes(members, limits),
    ...(fargate === undefined ? [] : [...vcpuMistakes(members, fargate), ...addressMistakes(members, fargate)]),
  ]
}

/** Lambda keeps this part of an account's concurrency for functions without a reservation. */
const UNRESERVED = 100

/** The sum of the reservations of the tenants' functions. Tasks reserve nothing. */
export const reservedConcurrency = (members: readonly Computed[]): number =>
  members.reduce((sum, { compute }) => sum + (compute?.kind === 'lambda' ? compute.tier.reservedConcurrency : 0), 0)

function concurrencyMistakes(members: readonly Computed[], { concurrencyLimit }: HubLimits): readonly string[] {
  const reserved = reservedConcurrency(members)
  const available = concurrencyLimit - UNRESERVED
  if (reserved <= available) return []
  return [
    `The tenants reserve ${reserved} concurrent executions together, but the hub's account has ${available} to reserve: its limit ` +
      `of ${concurrencyLimit}, less the ${UNRESERVED} that Lambda keeps. Choose smaller tiers, or have the limit raised ` +
      "and set the hub's concurrencyLimit.",
  ]
}

type FargateLimits = NonNullable<HubLimits['fargate']>

const taskTiers = (members: readonly Computed[]) =>
  members.flatMap(({ compute }) => (compute?.kind === 'fargate' ? [compute.tier] : []))

/** A deployment starts new tasks beside the old ones, which may take an hour to leave. So each tenant counts twice. */
export const AT_A_TIME = 2

function vcpuMistakes(members: readonly Computed[], { vcpuLimit }: FargateLimits): readonly string[] {
  const units = taskTiers(members).reduce((sum, tier) => sum + AT_A_TIME * tier.maximumTasks * tier.cpuUnits, 0)
  if (units <= vcpuLimit * 1024) return []
  return [
    `The tenants on Fargate may run ${units / 1024} vCPUs together (twice the most tasks of each, as a deployment runs old and new ones side by side), but ` +
      `the hub's account has ${vcpuLimit}. Choose smaller tiers, or have the quota "Fargate On-Demand vCPU resource count" (L-3032A538) raised and set ` +
      "the hub's fargateVcpuLimit.",
  ]
}

/** Rules that stay free for the hub's own rule, and for tenants that change their compute. */
const FREE_RULES = 10

/**
 * A tenant on Fargate has a second rule, which never matches, because ECS accepts no target group that no rule forwards to. Each issuer of
 * machines has one rule.
 */
function ruleMistakes(
  members: readonly Computed[],
  { listenerRules, federatedRules = 0 }: HubLimits,
): readonly string[] {
  const onFargate = taskTiers(members).length
  const machines = members.reduce((sum, { machineRules = 0 }) => sum + machineRules, 0)
  const federated = federatedRules > 0 ? ` and ${federatedRules} providers of federated people` : ''
  const besides = onFargate + machines + federatedRules
  const rules = members.length + besides
  // The number of tenants on Lambda is limited by target groups: tooManyTenants.
  if (besides === 0 || rules <= listenerRules - FREE_RULES) return []
  return [
    `The tenants need ${rules} rules of the load balancer (${members.length} tenants, ${onFargate} of them on Fargate, which take two, and ${machines} issuers of machines${federated}), and it has ` +
      `${listenerRules - FREE_RULES}: ${listenerRules}, of which ${FREE_RULES} stay free. Have the quota "Rules per Application Load Balancer" raised and set ` +
      'the hub\'s listenerRules, or put further tenants into a second hub: docs/operations.md, "Cells".',
  ]
}

/**
 * AWS reserves five addresses of a subnet. Then come the most interface endpoints of a hub, and one interface for each function in each zone.
 */
const KEPT = 5
const ENDPOINTS = 6
const OF_A_FUNCTION = 1

/**
 * If one zone is lost, the tasks are in the others. A tenant that changes from Lambda to Fargate has its function's interface for a while
 * longer.
 */
function addressMistakes(members: readonly Computed[], { subnets, balancers = 0 }: FargateLimits): readonly string[] {
  const tasks = taskTiers(members).reduce((sum, { maximumTasks }) => sum + AT_A_TIME * maximumTasks, 0)
  if (tasks === 0) return []
  const smallest = Math.min(...subnets.map((block) => addresses(parseCidr(block).prefix)))
  const free = smallest - KEPT - ENDPOINTS - balancers - members.length * OF_A_FUNCTION
  const room = Math.max(0, free * (subnets.length - 1))
  if (tasks <= room) return []
  return [
    `The tenants on Fargate may run ${tasks} tasks together (twice the most of each), and the hub's private subnets have addresses for ${room} when a zone is ` +
      `lost. Choose smaller tiers, or a hub with a larger cidrBlock: docs/operations.md, "Cells".`,
  ]
}
