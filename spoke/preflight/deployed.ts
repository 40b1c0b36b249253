/**
 * What is deployed on the hub, read before anything of a tenant is made. The stack files beside the program may be this
 * tenant's alone, and AWS itself would refuse too late, or not at all (docs/decisions/0020-what-is-deployed.md).
 */

import type { Provider } from '@pulumi/aws'
import * as aws from '@pulumi/aws'
import { overlaps, parseCidr } from '../../shared/cidr.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { freeCidr, supernetMistakes, tooManyTenants } from '../../shared/tenancies.ts'

/** Blocks that the hub reaches through the Transit Gateway. */
export interface DeployedBlocks {
  /** This tenant's: none before it is there, two while it moves. */
  readonly own: readonly string[]
  /** One for each of the others, two for one that moves. */
  readonly others: readonly string[]
  /** Whether what this stack has made is another tenant's. */
  readonly holdsAnother: boolean
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

/** A tenant is one propagated route of the hub's table. */
export const readBlocks = (hub: Pick<HubOutputs, 'hubRouteTableId'>, provider: Provider) => propagated(hub, provider)

/** A tenant's own route is the one that leads to a VPC of its own account. @param all routes of all tenants */
export async function deployedOf(
  all: readonly string[],
  { ids, made }: TenantVpcs,
  hub: Pick<HubOutputs, 'hubRouteTableId'>,
  provider: Provider,
): Promise<DeployedBlocks> {
  const own = ids.length === 0 ? [] : await propagated(hub, provider, ids)
  return {
    own,
    others: all.filter((block) => !own.includes(block)),
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
export type Wanted = Pick<SpokeSettings, 'tenantId' | 'hubStack' | 'cidrBlock'>

/** @throws Error saying which limit is met, and what to do */
export function checkDeployed(
  wanted: Wanted,
  hub: Pick<HubOutputs, 'cidrBlock' | 'spokesCidrBlock'>,
  deployed: DeployedBlocks,
): void {
  const mistakes = mistakesAgainstDeployed(wanted, hub, deployed)
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

function mistakesAgainstDeployed(
  { tenantId, hubStack, cidrBlock }: Wanted,
  hub: Pick<HubOutputs, 'cidrBlock' | 'spokesCidrBlock'>,
  { own, others, holdsAnother }: DeployedBlocks,
): readonly string[] {
  // Everything is made anew under the new names, and the onboarding role, in a session for the new id, may delete nothing of the old.
  if (holdsAnother)
    return [
      `This stack holds another tenant than ${tenantId}: a tenant's id is in all of its names, and is not changed in place. Put tenantId ` +
        'back, or make a stack of its own: npm run tenant -- add {TENANT} --account {ACCOUNT} --model {NAME}={MODEL}',
    ]
  const tenants = others.filter((block) => overlaps(block, hub.spokesCidrBlock))
  // Who is there already is one of them, and one that moves counts twice for a while: only a new tenant is one too many.
  const tooMany = own.length === 0 ? tooManyTenants(hubStack, tenants.length + 1) : []
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
  return [...tooMany, ...(full.length > 0 ? full : taken), ...moved]
}
