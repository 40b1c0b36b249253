/**
 * Reads what is deployed on the hub before anything of a tenant is made. The stack files beside the program may be this tenant's only, and AWS
 * would refuse conflicts too late, or not at all (docs/decisions/0020-what-is-deployed.md).
 */

import type { Provider } from '@pulumi/aws'
import * as aws from '@pulumi/aws'
import { overlaps, parseCidr } from '../../shared/cidr.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { freeCidr, supernetMistakes, tooManyShared, tooManyTenants } from '../../shared/tenants-together.ts'

/** The hub's tenants, as they are deployed. */
export interface DeployedTenants {
  /** This tenant's blocks: none before it is deployed or without a network of its own, two while it moves. */
  readonly own: readonly string[]
  /** The others' blocks: one for each tenant with a network of its own, two for one that moves. */
  readonly others: readonly string[]
  /** How many other tenants there are, with or without routes to them. */
  readonly tenants: number
  /** Whether this tenant is deployed on the hub. */
  readonly isThere: boolean
  /** How many other tenants the shared model endpoint admits, and whether it admits this one. */
  readonly shared: { readonly tenants: number; readonly isThere: boolean }
  /** Whether the resources that this stack has made belong to another tenant. */
  readonly holdsAnother: boolean
}

/** What is read in the hub's account. */
export interface Ingresses extends Pick<DeployedTenants, 'tenants' | 'isThere' | 'shared'> {
  /** The blocks of all tenants that the hub reaches through the Transit Gateway. */
  readonly blocks: readonly string[]
}

/** VPCs of the tenant's account. */
export interface TenantVpcs {
  /** VPCs with the tenant's id in their tags. */
  readonly ids: readonly string[]
  /** VPCs that this stack has made. */
  readonly made: readonly string[]
}

export async function readVpcs(
  { tenantId }: Pick<SpokeSettings, 'tenantId'>,
  { project, stack }: { readonly project: string; readonly stack: string },
  provider: Provider,
): Promise<TenantVpcs> {
  const vpcs = async (tags: Record<string, string>) => (await aws.ec2.getVpcs({ tags }, { provider })).ids
  const [ids, made] = await Promise.all([vpcs({ tenant: tenantId }), vpcs({ project, stack })])
  return { ids, made }
}

type Hub = Pick<HubOutputs, 'hubRouteTableId' | 'vpcId' | 'centralModels'>

/**
 * Counts tenants by the security groups of their gateways in the hub's VPC, which every tenant has, with or without a network, on Lambda and on
 * Fargate. Blocks are the propagated routes in the hub's table. Tenants at the shared endpoint are the rules of its security group.
 */
export async function readIngresses(
  { tenantId }: Pick<SpokeSettings, 'tenantId'>,
  hub: Hub,
  provider: Provider,
): Promise<Ingresses> {
  const tag = { tenant: tenantId }
  const { centralModels } = hub
  const rules = async (tags?: Record<string, string>): Promise<number> =>
    centralModels ? await ruleCount(centralModels.securityGroupId, provider, tags) : 0
  const [blocks, all, own, admitted, admittedOwn] = await Promise.all([
    propagated(hub, provider),
    gatewayGroups(hub, provider),
    gatewayGroups(hub, provider, tag),
    rules(),
    rules(tag),
  ])
  return {
    blocks,
    tenants: all - own,
    isThere: own > 0,
    shared: { tenants: admitted - admittedOwn, isThere: admittedOwn > 0 },
  }
}

/** @param tags of the groups, besides the tag of a tenant */
export async function gatewayGroups(
  { vpcId }: Pick<HubOutputs, 'vpcId'>,
  provider: Provider,
  tags?: Record<string, string>,
): Promise<number> {
  const filters = [
    { name: 'vpc-id', values: [vpcId] },
    { name: 'tag-key', values: ['tenant'] },
  ]
  return (await aws.ec2.getSecurityGroups({ filters, ...(tags && { tags }) }, { provider })).ids.length
}

/** How many rules a group has, in all or with these tags. */
export async function ruleCount(groupId: string, provider: Provider, tags?: Record<string, string>): Promise<number> {
  const filters = [{ name: 'group-id', values: [groupId] }]
  return (await aws.vpc.getSecurityGroupRules({ filters, ...(tags && { tags }) }, { provider })).ids.length
}

/** The tenant's own routes are those that lead to a VPC of its own account. */
export async function deployedOf(
  { blocks, ...ingresses }: Ingresses,
  { ids, made }: TenantVpcs,
  hub: Pick<HubOutputs, 'hubRouteTableId'>,
  provider: Provider,
): Promise<DeployedTenants> {
  const own = ids.length === 0 ? [] : await propagated(hub, provider, ids)
  return {
    ...ingresses,
    own,
    others: blocks.filter((block) => !own.includes(block)),
    holdsAnother: made.length > 0 && !made.some((id) => ids.includes(id)),
  }
}

/** AWS returns at most a thousand routes, eleven times the number of a hub's tenants. */
async function propagated(
  { hubRouteTableId }: Pick<HubOutputs, 'hubRouteTableId'>,
  provider: Provider,
  vpcIds?: readonly string[],
): Promise<readonly string[]> {
  const filters = [
    { name: 'type', values: ['propagated'] },
    { name: 'attachment.resource-type', values: ['vpc'] },
    ...(vpcIds === undefined ? [] : [{ name: 'attachment.resource-id', values: [...vpcIds] }]),
  ]
  const { routes } = await aws.ec2transitgateway.getRouteTableRoutes(
    { transitGatewayRouteTableId: hubRouteTableId, filters },
    { provider },
  )
  return routes.map(({ destinationCidrBlock }) => destinationCidrBlock)
}

/** The tenant that is to be deployed. */
export type Wanted = Pick<SpokeSettings, 'tenantId' | 'hubStack' | 'cidrBlock' | 'modelEndpoint'>

type HubNetwork = Pick<HubOutputs, 'cidrBlock' | 'spokesCidrBlock' | 'centralModels'>

/** @throws Error that says which limit is reached, and what to do */
export function checkDeployed(wanted: Wanted, hub: HubNetwork, deployed: DeployedTenants): void {
  const mistakes = mistakesAgainstDeployed(wanted, hub, deployed)
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

/** All limits that are reached, and what to do. */
export function mistakesAgainstDeployed(wanted: Wanted, hub: HubNetwork, deployed: DeployedTenants): readonly string[] {
  const { tenantId, hubStack, cidrBlock } = wanted
  const { tenants, isThere, holdsAnother, shared } = deployed
  // With another id, everything would be made again under new names. The onboarding role's session is for the new id, and may delete nothing of
  // the old tenant.
  if (holdsAnother)
    return [
      `This stack holds another tenant than ${tenantId}: a tenant's id is in all of its names, and is not changed in place. Put tenantId ` +
        'back, or make a stack of its own: npm run tenant -- add {TENANT} --account {ACCOUNT} --model {NAME}={MODEL}',
    ]
  return [
    // A tenant that is deployed already is in the number, so only a new one can exceed the limit.
    ...(isThere ? [] : tooManyTenants(hubStack, tenants + 1)),
    ...(wanted.modelEndpoint === 'hub' && !shared.isThere
      ? tooManyShared(hubStack, shared.tenants + 1, hub.centralModels?.groupRules)
      : []),
    ...(cidrBlock === undefined ? [] : blockMistakes({ tenantId, cidrBlock }, hub, deployed)),
  ]
}

function blockMistakes(
  { tenantId, cidrBlock }: { readonly tenantId: string; readonly cidrBlock: string },
  hub: HubNetwork,
  { own, others }: DeployedTenants,
): readonly string[] {
  const tenants = others.filter((block) => overlaps(block, hub.spokesCidrBlock))
  const full = supernetMistakes({ name: tenantId, cidrBlock }, tenants, hub)
  const free = freeCidr(parseCidr(cidrBlock).prefix, [...tenants, ...own], hub)
  const remedy = free === undefined ? 'Choose another block.' : `The next free one is ${free}.`
  const taken = tenants
    .filter((block) => overlaps(block, cidrBlock))
    .map(
      (block) =>
        `The CIDR block of ${tenantId} (${cidrBlock}) overlaps ${block}, which another tenant of the hub has, or ${tenantId} itself from ` +
        `another account. AWS would make all of it and route nothing to it. ${remedy}`,
    )
  const moved = own
    .filter((block) => block !== cidrBlock && overlaps(block, cidrBlock))
    .map(
      (block) =>
        `${tenantId} cannot move from ${block} to ${cidrBlock}: both are there for a while, so they must not overlap. ${remedy}`,
    )
  return [...(full.length > 0 ? full : taken), ...moved]
}
