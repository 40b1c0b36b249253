/**
 * Plans the routes: which Transit Gateway table each attachment uses, into which table its addresses are propagated, and which routes are
 * written by hand. Here tenants are isolated from each other: a spoke's table has a route to the hub only.
 */
import { type AddressHolder, requireInSupernet, requireNoOverlap } from './addressing.ts'
import { parseCidr } from './cidr.ts'

/** Two tables, whatever the number of tenants: a Transit Gateway may have 20. */
export type GatewayTable = 'hub' | 'spokes'

/** For each kind of attachment the table in which its packets are looked up, and the table in which its addresses are known. */
export const ATTACHMENTS = {
  hub: { associatedWith: 'hub', propagatesInto: 'spokes' },
  spoke: { associatedWith: 'spokes', propagatesInto: 'hub' },
} as const satisfies Record<'hub' | 'spoke', Record<'associatedWith' | 'propagatesInto', GatewayTable>>

/**
 * The static routes in the Transit Gateway's tables. The blackhole drops packets from one spoke to another, even if somebody adds a default
 * route to `spokes`.
 */
export function gatewayRoutes(
  spokesCidrBlock: string,
): readonly { readonly table: GatewayTable; readonly destination: string; readonly blackhole: true }[] {
  return [{ table: 'spokes', destination: spokesCidrBlock, blackhole: true }]
}

/**
 * The blocks that a VPC sends to the Transit Gateway: the hub's private subnets send the supernet of all tenants, a spoke sends the hub's block.
 */
export function toGateway(kind: 'hub' | 'spoke', hub: { cidrBlock: string; spokesCidrBlock: string }): string {
  return kind === 'hub' ? hub.spokesCidrBlock : hub.cidrBlock
}

/** One VPC on the Transit Gateway. */
export interface AttachedNetwork extends AddressHolder {
  /** An attachment that was not accepted has no routes. */
  readonly accepted: boolean
}

/** A destination block and its target: a VPC by its name, the Transit Gateway, the VPC itself, or none. */
export interface PlannedRoute {
  readonly destination: string
  readonly target: { readonly vpc: string } | 'transitGateway' | 'local' | 'blackhole'
}

export interface RoutePlan {
  readonly tables: Readonly<Record<GatewayTable, readonly PlannedRoute[]>>
  /** The routes of each VPC's subnets by the VPC's name; of the hub's, those of the private subnets. */
  readonly vpcs: ReadonlyMap<string, readonly PlannedRoute[]>
  /** For each accepted attachment, by name, the table in which its packets are looked up. */
  readonly associations: ReadonlyMap<string, GatewayTable>
}

/**
 * All routes of a hub and its spokes.
 * @throws Error if two blocks overlap or a spoke is outside the supernet, which AWS would leave out without an error
 */
export function planRoutes(
  hub: AddressHolder & { readonly spokesCidrBlock: string },
  spokes: readonly AttachedNetwork[],
): RoutePlan {
  requireNoOverlap([hub, ...spokes])
  for (const spoke of spokes) requireInSupernet(spoke, hub.spokesCidrBlock)
  const members = [
    { ...hub, kind: 'hub' as const, accepted: true },
    ...spokes.map((spoke) => ({ ...spoke, kind: 'spoke' as const })),
  ]
  const tables: Record<GatewayTable, PlannedRoute[]> = { hub: [], spokes: [] }
  for (const { table, destination } of gatewayRoutes(hub.spokesCidrBlock)) {
    tables[table].push({ destination, target: 'blackhole' })
  }
  const associations = new Map<string, GatewayTable>()
  for (const { name, kind, cidrBlock, accepted } of members) {
    if (!accepted) continue
    associations.set(name, ATTACHMENTS[kind].associatedWith)
    tables[ATTACHMENTS[kind].propagatesInto].push({ destination: cidrBlock, target: { vpc: name } })
  }
  const vpcs = new Map(
    members.map(({ name, kind, cidrBlock, accepted }): [string, PlannedRoute[]] => {
      const local: PlannedRoute = { destination: cidrBlock, target: 'local' }
      const out: PlannedRoute = { destination: toGateway(kind, hub), target: 'transitGateway' }
      return [name, accepted ? [local, out] : [local]]
    }),
  )
  return { tables, vpcs, associations }
}

/** Where a packet from a VPC to an address arrives: a VPC's name, or undefined if it is dropped. The way back is not checked. */
export function deliver(plan: RoutePlan, from: string, address: number): string | undefined {
  const first = lookup(plan.vpcs.get(from) ?? [], address)
  if (first === 'local') return from
  const table = plan.associations.get(from)
  if (first !== 'transitGateway' || table === undefined) return undefined
  const second = lookup(plan.tables[table], address)
  return typeof second === 'object' ? second.vpc : undefined
}

/** The longest prefix wins. */
function lookup(routes: readonly PlannedRoute[], address: number): PlannedRoute['target'] | undefined {
  let best: { readonly prefix: number; readonly target: PlannedRoute['target'] } | undefined
  for (const { destination, target } of routes) {
    const { first, last, prefix } = parseCidr(destination)
    if (first <= address && address <= last && prefix > (best?.prefix ?? -1)) best = { prefix, target }
  }
  return best?.target
}
