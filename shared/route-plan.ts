/**
 * The route plan: which Transit Gateway table an attachment uses and is known in, and which routes are written by hand. The
 * isolation of tenants from each other is here: a spoke's table knows the hub and nothing else.
 */
import { type AddressHolder, requireInSupernet, requireNoOverlap } from './addressing.ts'
import { parseCidr } from './cidr.ts'

/** Two tables whatever the number of tenants: a Transit Gateway has 20. */
export type GatewayTable = 'hub' | 'spokes'

/** An attachment's packets are looked up in one table, and its addresses are known in the other. */
export const ATTACHMENTS = {
  hub: { associatedWith: 'hub', propagatesInto: 'spokes' },
  spoke: { associatedWith: 'spokes', propagatesInto: 'hub' },
} as const satisfies Record<'hub' | 'spoke', Record<'associatedWith' | 'propagatesInto', GatewayTable>>

/**
 * Routes written into the Transit Gateway's tables. The blackhole drops what one spoke sends to another, even where somebody
 * adds a default route to `spokes` one day.
 */
export function gatewayRoutes(
  spokesCidrBlock: string,
): readonly { readonly table: GatewayTable; readonly destination: string; readonly blackhole: true }[] {
  return [{ table: 'spokes', destination: spokesCidrBlock, blackhole: true }]
}

/** What a VPC sends to the Transit Gateway: the hub's private subnets the supernet, once for all tenants; a spoke the hub. */
export function toGateway(kind: 'hub' | 'spoke', hub: { cidrBlock: string; spokesCidrBlock: string }): string {
  return kind === 'hub' ? hub.spokesCidrBlock : hub.cidrBlock
}

/** One VPC on the Transit Gateway. */
export interface AttachedNetwork extends AddressHolder {
  /** An attachment that is not accepted has no routes. */
  readonly accepted: boolean
}

/** A destination and whom it leads to: a VPC by its name, the Transit Gateway, the VPC itself, or nobody. */
export interface PlannedRoute {
  readonly destination: string
  readonly target: { readonly vpc: string } | 'transitGateway' | 'local' | 'blackhole'
}

export interface RoutePlan {
  readonly tables: Readonly<Record<GatewayTable, readonly PlannedRoute[]>>
  /** Routes of each VPC's subnets (of the hub: the private ones), by name. */
  readonly vpcs: ReadonlyMap<string, readonly PlannedRoute[]>
  /** The table that each accepted attachment's packets are looked up in, by name. */
  readonly associations: ReadonlyMap<string, GatewayTable>
}

/**
 * All routes of a hub and its spokes.
 * @throws Error where two overlap or a spoke is outside of the supernet: AWS would leave it out silently
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

/** Where a packet from a VPC to an address ends: a VPC's name, or undefined when it is dropped. One way only. */
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
