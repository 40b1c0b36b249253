/** What a hub's account allows its tenants together, and which of them do not fit: said before anything of one is made. */
import { planHubSubnets } from './addressing.ts'
import { addresses, parseCidr } from './cidr.ts'
import type { Compute } from './compute.ts'
import type { HubOutputs } from './contract.ts'
import { DEFAULT_LISTENER_RULES } from './load-balancer-quotas.ts'
import type { HubSettings } from './settings.ts'

export interface HubLimits {
  /** Concurrent executions of Lambda in the hub's account. */
  readonly concurrencyLimit: number
  /** Rules that the load balancer may have. */
  readonly listenerRules: number
  /** Of them, those of federated people: one a provider. @default 0 */
  readonly federatedRules?: number
  /** Tenants that its shared model endpoint may admit; absent on a hub without one. */
  readonly sharedRules?: number
  /** Absent on a hub without Fargate. */
  readonly fargate?: {
    readonly vcpuLimit: number
    /** Blocks of the private subnets, one a zone. */
    readonly subnets: readonly string[]
    /** Addresses of load balancers in each of them. @default 0 */
    readonly balancers?: number
  }
}

/** Of a hub that is deployed; one of an earlier version tells of its rules with Fargate only. */
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

/** Of a hub by its settings, before it is deployed. */
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

/** An internal load balancer scales in the private subnets, where AWS asks for eight free addresses; a network one has one. */
const balancersIn = (internal: boolean, door: boolean): number => (internal ? 8 : 0) + (door ? 1 : 0)

/** A tenant, as far as its stack file tells what runs it. */
export interface Computed {
  readonly compute?: Compute
  /** Issuers of its machines. @default 0 */
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

/** Lambda keeps this much of an account's concurrency for functions that reserve nothing. */
const UNRESERVED = 100

/** Of the tenants' functions: tasks reserve nothing. */
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

/** A deployment starts new tasks beside the old ones, which may take an hour to leave: each tenant counts twice. */
const AT_A_TIME = 2

function vcpuMistakes(members: readonly Computed[], { vcpuLimit }: FargateLimits): readonly string[] {
  const units = taskTiers(members).reduce((sum, tier) => sum + AT_A_TIME * tier.maximumTasks * tier.cpuUnits, 0)
  if (units <= vcpuLimit * 1024) return []
  return [
    `The tenants on Fargate may run ${units / 1024} vCPUs together (twice the most tasks of each, as a deployment runs old and new ones side by side), but ` +
      `the hub's account has ${vcpuLimit}. Choose smaller tiers, or have the quota "Fargate On-Demand vCPU resource count" (L-3032A538) raised and set ` +
      "the hub's fargateVcpuLimit.",
  ]
}

/** Kept for the hub's own rule, and for tenants that change their compute. */
const FREE_RULES = 10

/** A tenant on Fargate has a second rule, which never matches (ECS takes no target group that no rule forwards to); each issuer of machines one. */
function ruleMistakes(
  members: readonly Computed[],
  { listenerRules, federatedRules = 0 }: HubLimits,
): readonly string[] {
  const onFargate = taskTiers(members).length
  const machines = members.reduce((sum, { machineRules = 0 }) => sum + machineRules, 0)
  const federated = federatedRules > 0 ? ` and ${federatedRules} providers of federated people` : ''
  const besides = onFargate + machines + federatedRules
  const rules = members.length + besides
  // Target groups bound those on Lambda: tooManyTenants.
  if (besides === 0 || rules <= listenerRules - FREE_RULES) return []
  return [
    `The tenants need ${rules} rules of the load balancer (${members.length} tenants, ${onFargate} of them on Fargate, which take two, and ${machines} issuers of machines${federated}), and it has ` +
      `${listenerRules - FREE_RULES}: ${listenerRules}, of which ${FREE_RULES} stay free. Have the quota "Rules per Application Load Balancer" raised and set ` +
      'the hub\'s listenerRules, or put further tenants into a second hub: docs/operations.md, "Cells".',
  ]
}

/** AWS keeps five addresses of a subnet; so many interface endpoints a hub has at most; a function has one interface a zone. */
const KEPT = 5
const ENDPOINTS = 6
const OF_A_FUNCTION = 1

/** With one zone lost, the tasks are in the others. A tenant on Fargate may come from Lambda, whose interface goes later. */
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
