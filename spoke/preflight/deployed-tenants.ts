/**
 * What is deployed on the hub, read before anything of a tenant is made. The stack files beside the program may be this
 * tenant's alone, and AWS itself would refuse too late, or not at all (docs/decisions/0020-what-is-deployed.md).
 */

import type { Provider } from '@pulumi/aws'
import * as aws from '@pulumi/aws'
import { overlaps, parseCidr } from '../../shared/cidr.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { freeCidr, supernetMistakes, tooManyShared, tooManyTenants } from '../../shared/tenants-together.ts'

/** What the hub has of its tenants. */
export interface DeployedTenants {
  /** This tenant's blocks: none before it is there or without a network of its own, two while it moves. */
  readonly own: readonly string[]
  /** One for each of the others that has a network of its own, two for one that moves. */
  readonly others: readonly string[]
  /** How many others there are, whether routes lead to them or not. */
  readonly tenants: number
  /** Whether this one is among the hub's. */
  readonly isThere: boolean
  /** How many others the shared model endpoint admits, and whether it admits this one. */
  readonly shared: { readonly tenants: number; readonly isThere: boolean }
  /** Whether what this stack has made is another tenant's. */
  readonly holdsAnother: boolean
}

/** What is asked of the hub's account. */
export interface Ingresses extends Pick<DeployedTenants, 'tenants' | 'isThere' | 'shared'> {
  /** Blocks of all tenants that the hub reaches through the Transit Gateway. */
  readonly blocks: readonly string[]
}

/** VPCs of the tenant's account. */
export interface TenantVpcs {
  /** With the tenant's id. */
  readonly ids: readonly string[]
  /** Made by this stack. */
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
 * A tenant is one security group of its gateway's in the hub's VPC, by its tag: it is there with a network of its own or without, on
 * Lambda and on Fargate. A block is one propagated route of the hub's table. A tenant at the shared endpoint is one rule of its group.
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

/** @param tags of the groups besides that of a tenant */
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

/** Rules of a group, or those of it with these tags. */
export async function ruleCount(groupId: string, provider: Provider, tags?: Record<string, string>): Promise<number> {
  const filters = [{ name: 'group-id', values: [groupId] }]
  return (await aws.vpc.getSecurityGroupRules({ filters, ...(tags && { tags }) }, { provider })).ids.length
}

/** A tenant's own route is the one that leads to a VPC of its own account. */
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

/** AWS answers a thousand routes at most, eleven times a hub's tenants. */
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

/** What the tenant's stack file may say, given what is there. */
export type Wanted = Pick<SpokeSettings, 'tenantId' | 'hubStack' | 'cidrBlock' | 'modelEndpoint'>

type HubNetwork = Pick<HubOutputs, 'cidrBlock' | 'spokesCidrBlock' | 'centralModels'>

/** @throws Error saying which limit is met, and what to do */
export function checkDeployed(wanted: Wanted, hub: HubNetwork, deployed: DeployedTenants): void {
  const mistakes = mistakesAgainstDeployed(wanted, hub, deployed)
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

/** Every limit that is met, and what to do. */
export function mistakesAgainstDeployed(wanted: Wanted, hub: HubNetwork, deployed: DeployedTenants): readonly string[] {
  const { tenantId, hubStack, cidrBlock } = wanted
  const { tenants, isThere, holdsAnother, shared } = deployed
  // Everything is made anew under the new names, and the onboarding role, in a session for the new id, may delete nothing of the old.
  if (holdsAnother)
    return [
      `This stack holds another tenant than ${tenantId}: a tenant's id is in all of its names, and is not changed in place. Put tenantId ` +
        'back, or make a stack of its own: npm run tenant -- add {TENANT} --account {ACCOUNT} --model {NAME}={MODEL}',
    ]
  return [
    // A tenant that is deployed already is counted among them: only a new one can be one too many.
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
