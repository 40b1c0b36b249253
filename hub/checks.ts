/** What is refused before anything of a hub is changed: what AWS would refuse half-way, or what would interrupt tenants. */
import * as aws from '@pulumi/aws'
import { contains } from '../shared/cidr.ts'
import { type HubOutputs, isNewer, NEWER_REMEDY } from '../shared/contract.ts'
import type { HubSettings } from '../shared/settings.ts'

/** Outputs of the stack's last deployment that the settings are held against. */
export const BEFORE = [
  'contractVersion',
  'account',
  'region',
  'cidrBlock',
  'spokesCidrBlock',
  'zoneIds',
  'leavingSubnet',
  'listenerProtocol',
  'privateSubnets',
  'hubRouteTableId',
  'sharing',
  'fargate',
  'keySetVia',
  'tenantId',
] as const

/** What this stack has deployed: nothing before its first `up`. */
export type Before = Partial<Pick<HubOutputs, Exclude<(typeof BEFORE)[number], 'tenantId' | 'contractVersion'>>> & {
  /** Whatever version of this project wrote it. */
  readonly contractVersion?: number
  /** A tenant's stack, whose role was changed. */
  readonly tenantId?: string
}

const WITH = {
  organisation: 'an organisation (shareWithOrganisation)',
  accounts: 'single accounts (shareWithAccounts)',
} as const

const CELLS = 'docs/operations.md, "Cells"'

/**
 * What no hub changes in place, tenants or not. Needs nobody's credentials.
 * @throws Error saying what is deployed, what was asked, and what to do instead
 */
export function checkPlace({ account, region, listener, userPoolDomain }: HubSettings, before: Before): void {
  const mistakes: string[] = []
  if (isNewer(before.contractVersion))
    mistakes.push(
      `A newer version of this project deployed this hub (contract ${before.contractVersion}). ${NEWER_REMEDY}`,
    )
  if (before.tenantId !== undefined)
    mistakes.push(
      `This stack holds the tenant ${before.tenantId}, not a hub. Put role back; a hub is a stack of its own: pulumi stack init hub`,
    )
  for (const [name, was, asked] of [
    ['account', before.account, account],
    ['region', before.region, region],
  ] as const)
    if (before.tenantId === undefined && was !== undefined && was !== asked)
      mistakes.push(
        `The hub of this stack is deployed in ${name} ${was}, and does not move to ${asked}. Put ${name} back, or make a second hub ` +
          `there: ${CELLS}.`,
      )
  const protocol = listener.kind === 'insecureHttp' ? 'HTTP' : 'HTTPS'
  if (before.listenerProtocol !== undefined && before.listenerProtocol !== protocol)
    mistakes.push(
      `The listener that tenants' rules are on is ${before.listenerProtocol}, and is not changed to ${protocol} in place. Put the ` +
        'listener back, or destroy the tenants and the hub first: npm run genai -- destroy',
    )
  if (userPoolDomain !== undefined && before.keySetVia === 'endpoint')
    mistakes.push(
      "The gateways of this hub read keys through Cognito's endpoint still, and a pool with a domain cannot be reached through it. Take userPoolDomain " +
        "out, run this `up`, then every tenant's, and set it then.",
    )
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

/** What is looked up in AWS, and only when it is needed. */
export interface LookUps {
  /** Blocks of the tenants that the Transit Gateway leads to. */
  tenants(hubRouteTableId: string): Promise<readonly string[]>
  /** Network interfaces of functions in a subnet. */
  functionsIn(subnetId: string): Promise<number>
  /** Network interfaces of tasks, by the security group that each has: in a subnet, or anywhere. */
  tasksIn(taskSecurityGroupId: string, subnetId?: string): Promise<number>
}

/**
 * What would take the network away from tenants that live in it.
 * @param zoneIds of the settings' zones, in their order
 * @throws Error as {@link checkPlace}
 */
export async function checkNetwork(
  settings: Pick<HubSettings, 'cidrBlock' | 'spokesCidrBlock' | 'sharing' | 'fargate'>,
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
  const tenants = moved || other || shared ? await lookUps.tenants(hubRouteTableId) : []
  const mistakes: string[] = []
  if (moved && tenants.length > 0)
    mistakes.push(
      `The hub's cidrBlock does not change from ${before.cidrBlock} to ${settings.cidrBlock} while tenants live in it (${shown(tenants)}): ` +
        "a VPC's block cannot be changed, and their functions are in it. Put it back, or add a second hub with the other block and " +
        `move the tenants there: ${CELLS}.`,
    )
  if (shared && tenants.length > 0)
    mistakes.push(
      `The Transit Gateway is shared with ${WITH[before.sharing?.kind ?? 'organisation']}, and does not change to ${WITH[settings.sharing.kind]} ` +
        `while tenants live (${shown(tenants)}): their stacks would accept invitations that nobody sent, or leave shares. Put the setting ` +
        `back, or add a second hub: ${CELLS}.`,
    )
  const left = tenants.filter((block) => !contains(settings.spokesCidrBlock, block))
  if (other && left.length > 0)
    mistakes.push(
      `The spokes' supernet ${settings.spokesCidrBlock} leaves out ${shown(left)}, where tenants live. Choose one that holds every tenant, ` +
        'or move the tenant first: docs/operations.md, "Moving a tenant to another block".',
    )
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
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}

async function zoneMistakes(
  zoneIds: readonly string[],
  { privateSubnets = [], zoneIds: had = [], leavingSubnet, fargate }: Before,
  { functionsIn, tasksIn }: LookUps,
): Promise<readonly string[]> {
  const before = leavingSubnet ? [...had, leavingSubnet.zoneId] : had
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
  functionsIn: (subnetId) =>
    interfaces(provider, [
      { name: 'subnet-id', values: [subnetId] },
      { name: 'interface-type', values: ['lambda'] },
    ]),
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
    // Some versions of the provider make an error of an empty answer.
    if (error instanceof Error && /no matching network interfaces/i.test(error.message)) return 0
    throw error
  }
}
