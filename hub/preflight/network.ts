/** Refuses changes that would take the network away from tenants of a hub. It looks them up in AWS before anything is changed. */
import * as aws from '@pulumi/aws'
import { contains } from '../../shared/cidr.ts'
import { CONNECTED_TAG } from '../../shared/naming.ts'
import type { HubSettings } from '../../shared/settings.ts'
import { type Before, CELLS } from './this-stack.ts'

const WITH = {
  organisation: 'an organisation (shareWithOrganisation)',
  accounts: 'single accounts (shareWithAccounts)',
} as const

/** Lookups in AWS, each made only if it is needed. */
export interface LookUps {
  /** The blocks of tenants to which the Transit Gateway has routes. */
  tenants(hubRouteTableId: string): Promise<readonly string[]>
  /** How many tenants have a gateway in the hub's VPC, with or without routes to them. */
  gateways(vpcId: string): Promise<number>
  /** How many rules the shared model endpoint's security group has: one for each tenant. */
  admitted(securityGroupId: string): Promise<number>
  /** How many network interfaces of functions are in a subnet. */
  functionsIn(subnetId: string): Promise<number>
  /** How many network interfaces of tasks there are, found by the security group that each has: in a subnet, or anywhere. */
  tasksIn(taskSecurityGroupId: string, subnetId?: string): Promise<number>
  /** The tenants whose networks are connected by PrivateLink, found by a tag on their gateways' security groups. */
  connected(vpcId: string): Promise<readonly string[]>
}

/**
 * Refuses changes that would take the network away from tenants.
 * @param zoneIds of the zones in the settings, in their order
 * @throws Error as {@link checkPlace}
 */
export async function checkNetwork(
  settings: Pick<
    HubSettings,
    'cidrBlock' | 'spokesCidrBlock' | 'sharing' | 'fargate' | 'centralModels' | 'loadBalancer' | 'endpointService'
  >,
  zoneIds: readonly string[],
  before: Before,
  lookUps: LookUps,
): Promise<void> {
  const { hubRouteTableId } = before
  // Nothing is deployed.
  if (hubRouteTableId === undefined) return
  const moved = before.cidrBlock !== settings.cidrBlock
  const other = before.spokesCidrBlock !== settings.spokesCidrBlock
  const shared = before.sharing?.kind !== settings.sharing.kind
  const turned = (before.loadBalancer ?? 'public') !== (settings.loadBalancer ?? 'public')
  const asked = moved || other || shared || turned
  const tenants = asked ? await lookUps.tenants(hubRouteTableId) : []
  // A tenant at the shared endpoint has a gateway in the hub, but no block.
  const gateways = asked && before.vpcId !== undefined ? await lookUps.gateways(before.vpcId) : 0
  const living = { blocks: tenants, others: Math.max(0, gateways - tenants.length) }
  const some = tenants.length > 0 || living.others > 0
  const mistakes: string[] = []
  if (moved && some)
    mistakes.push(
      `The hub's cidrBlock does not change from ${before.cidrBlock} to ${settings.cidrBlock} while tenants live in it (${shownLiving(living)}): ` +
        "a VPC's block cannot be changed, and their functions are in it. Put it back, or add a second hub with the other block and " +
        `move the tenants there: ${CELLS}.`,
    )
  if (shared && some)
    mistakes.push(
      `The Transit Gateway is shared with ${WITH[before.sharing?.kind ?? 'organisation']}, and does not change to ${WITH[settings.sharing.kind]} ` +
        `while tenants live (${shownLiving(living)}): their stacks would accept invitations that nobody sent, or leave shares. Put the setting ` +
        `back, or add a second hub: ${CELLS}.`,
    )
  if (turned && some)
    mistakes.push(
      `The load balancer is ${before.loadBalancer ?? 'public'}, and does not become ${settings.loadBalancer ?? 'public'} while tenants live (${shownLiving(living)}): ` +
        `AWS would replace it, and with it every tenant's rule. Put loadBalancer back, or add a second hub and move the tenants there: ${CELLS}.`,
    )
  if (before.endpointService && !settings.endpointService && before.vpcId !== undefined) {
    const connected = await lookUps.connected(before.vpcId)
    if (connected.length > 0)
      mistakes.push(
        `The endpoint service is not taken from the hub while tenants are connected to it (their gateways' groups: ${shown(connected)}): AWS would refuse to delete it ` +
          'half-way. Put endpointService back to true, and set gatewayEndpoint of these tenants to false first: docs/private-door.md.',
      )
  }
  const left = tenants.filter((block) => !contains(settings.spokesCidrBlock, block))
  if (other && left.length > 0)
    mistakes.push(
      `The spokes' supernet ${settings.spokesCidrBlock} leaves out ${shown(left)}, where tenants live. Choose one that holds every tenant, ` +
        'or move the tenant first: docs/operations.md, "Moving a tenant to another block".',
    )
  if (before.centralModels && !settings.centralModels) {
    const admitted = await lookUps.admitted(before.centralModels.securityGroupId)
    if (admitted > 0)
      mistakes.push(
        `The model endpoint is not taken from the hub while it admits ${admitted} ${admitted === 1 ? 'tenant' : 'tenants'}. Put centralModels back, and ` +
          'set modelEndpoint of these tenants to own first: docs/operations.md, "Changing a tenant\'s model endpoint".',
      )
  }
  if (before.fargate && !settings.fargate) {
    const tasks = await lookUps.tasksIn(before.fargate.taskSecurityGroupId)
    if (tasks > 0)
      mistakes.push(
        `Fargate is not taken from the hub while tenants run on it: their tasks have ${tasks} network interfaces. Put fargate back to true, ` +
          'and set compute of these tenants to lambda first: docs/operations.md, "Changing a tenant\'s compute".',
      )
  }
  // In another VPC every zone is a new one.
  if (!moved) mistakes.push(...(await zoneMistakes(zoneIds, before, lookUps)))
  if (!moved && before.endpointService && settings.endpointService && zoneIds.length < zonesOf(before).length)
    mistakes.push(
      'No zone is taken from a hub that is offered by PrivateLink: AWS takes none from a network load balancer, and replaces none that consumers are ' +
        'connected to. Set endpointService to false first, and back to true when the zone is gone: docs/private-door.md.',
    )
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

const zonesOf = ({ zoneIds = [], leavingSubnet }: Before): readonly string[] =>
  leavingSubnet ? [...zoneIds, leavingSubnet.zoneId] : zoneIds

async function zoneMistakes(
  zoneIds: readonly string[],
  deployed: Before,
  { functionsIn, tasksIn }: LookUps,
): Promise<readonly string[]> {
  const { privateSubnets = [], leavingSubnet, fargate } = deployed
  const before = zonesOf(deployed)
  const subnets = leavingSubnet ? [...privateSubnets, leavingSubnet] : privateSubnets
  const kept = Math.min(before.length, zoneIds.length)
  if (before.slice(0, kept).some((zoneId, index) => zoneIds[index] !== zoneId))
    return [
      `The hub's zones are ${before.join(', ')}, in this order, which decides the subnets' addresses. ${zoneIds.join(', ')} would move ` +
        'subnets onto each other. Put the order back: new zones come at the end, and only the last one is taken away.',
    ]
  const gone = before.slice(kept)
  const counts = await Promise.all(
    gone.map(async (zoneId) => {
      const subnet = subnets.find((one) => one.zoneId === zoneId)
      if (!subnet) return 0
      const tasks = fargate ? tasksIn(fargate.taskSecurityGroupId, subnet.id) : 0
      return (await functionsIn(subnet.id)) + (await tasks)
    }),
  )
  return gone.flatMap((zoneId, index) =>
    counts[index] === 0
      ? []
      : [
          `The zone ${zoneId} is not taken from the hub: ${counts[index]} network interfaces of tenants' functions and tasks are in it. Put it back, ` +
            'and empty it first: docs/operations.md, "Taking a zone away".',
        ],
  )
}

const shown = (list: readonly string[]) => (list.length > 5 ? `${list.slice(0, 5).join(', ')}, …` : list.join(', '))

function shownLiving({ blocks, others }: { readonly blocks: readonly string[]; readonly others: number }): string {
  const without = others === 0 ? [] : [`${blocks.length > 0 ? 'and ' : ''}${others} without a network of its own`]
  return [...(blocks.length > 0 ? [shown(blocks)] : []), ...without].join(', ')
}

/** @param provider of the hub's account */
export const lookUpsOf = (provider: aws.Provider): LookUps => ({
  async tenants(transitGatewayRouteTableId) {
    const filters = [
      { name: 'type', values: ['propagated'] },
      { name: 'attachment.resource-type', values: ['vpc'] },
    ]
    const { routes } = await aws.ec2transitgateway.getRouteTableRoutes(
      { transitGatewayRouteTableId, filters },
      { provider },
    )
    return routes.map(({ destinationCidrBlock }) => destinationCidrBlock).sort()
  },
  async gateways(vpcId) {
    const filters = [
      { name: 'vpc-id', values: [vpcId] },
      { name: 'tag-key', values: ['tenant'] },
    ]
    return (await aws.ec2.getSecurityGroups({ filters }, { provider })).ids.length
  },
  async admitted(securityGroupId) {
    const filters = [{ name: 'group-id', values: [securityGroupId] }]
    return (await aws.vpc.getSecurityGroupRules({ filters }, { provider })).ids.length
  },
  functionsIn: (subnetId) =>
    interfaces(provider, [
      { name: 'subnet-id', values: [subnetId] },
      { name: 'interface-type', values: ['lambda'] },
    ]),
  async connected(vpcId) {
    const filters = [
      { name: 'vpc-id', values: [vpcId] },
      { name: `tag:${CONNECTED_TAG.key}`, values: [CONNECTED_TAG.value] },
    ]
    const { ids } = await aws.ec2.getSecurityGroups({ filters }, { provider })
    return [...ids].sort()
  },
  tasksIn: (taskSecurityGroupId, subnetId) =>
    interfaces(provider, [
      { name: 'group-id', values: [taskSecurityGroupId] },
      ...(subnetId === undefined ? [] : [{ name: 'subnet-id', values: [subnetId] }]),
    ]),
})

async function interfaces(
  provider: aws.Provider,
  filters: { readonly name: string; readonly values: string[] }[],
): Promise<number> {
  try {
    return (await aws.ec2.getNetworkInterfaces({ filters }, { provider })).ids.length
  } catch (error) {
    // Some versions of the provider treat an empty answer as an error.
    if (error instanceof Error && /no matching network interfaces/i.test(error.message)) return 0
    throw error
  }
}
