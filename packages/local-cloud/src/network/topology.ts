/** The declared network, prepared for path lookups. The cost of a step does not depend on how much is declared. */

import { type NetworkInterface, networkInterfacesOf, SUBNET } from '../aws/ec2/network-interfaces.ts'
import { prefixLists } from '../aws/ec2/prefix-lists.ts'
import { INTERNET_GATEWAY } from '../aws/ec2/resources/internet-gateway.ts'
import { NAT_GATEWAY } from '../aws/ec2/resources/nat-gateway.ts'
import { ROUTE } from '../aws/ec2/resources/route.ts'
import { VPC } from '../aws/ec2/resources/vpc.ts'
import { VPC_ENDPOINT } from '../aws/ec2/resources/vpc-endpoint.ts'
import { contains } from '../cidr.ts'
import type { Declared, LedgerView } from '../ledger/ledger.ts'
import type { Index } from '../ledger/ledger-index.ts'
import { known, text, texts } from '../resource/values.ts'

/** A network interface, and the resource that has it. */
export interface OwnedInterface extends NetworkInterface {
  readonly owner: Declared
}

export interface Route {
  /** `local` is the VPC's own block. A prefix list gives one route for each of its blocks. */
  readonly kind: 'local' | 'internetGateway' | 'natGateway' | 'transitGateway' | 'gatewayEndpoint'
  readonly destination: string
  readonly targetId: string
}

export interface RouteTable {
  readonly id: string
  readonly routes: readonly Route[]
}

export interface Topology {
  readonly ledger: LedgerView
  /** Hosts on the internet that no resource declares. */
  readonly websites: ReadonlySet<string>
  /** @throws Error if the ledger contradicts itself: rows refuse references to resources that do not exist. */
  readonly subnet: (id: string) => Declared
  readonly vpc: (id: string) => Declared
  /** The route table that is associated with a subnet, otherwise its VPC's main table. */
  readonly routeTable: (subnetId: string) => RouteTable
  /** All interfaces with this private or public address. A private address may exist in several VPCs. */
  readonly interfacesAt: (address: string) => readonly OwnedInterface[]
}

const INTERFACES_BY_ADDRESS: Index = {
  keysOf: (resource) =>
    networkInterfacesOf(resource).flatMap(({ privateIp, publicIp }) => [privateIp, publicIp ?? []].flat()),
}

const GATEWAY_ENDPOINTS: Index = {
  type: VPC_ENDPOINT,
  keysOf: ({ outputs }) => (outputs.vpcEndpointType === 'Gateway' ? texts(outputs, 'routeTableIds') : []),
}

export function topologyOf(ledger: LedgerView, websites: ReadonlySet<string> = new Set()): Topology {
  const subnet = (id: string) => required(ledger, SUBNET, id)
  const vpc = (id: string) => required(ledger, VPC, id)
  return {
    ledger,
    websites,
    subnet,
    vpc,
    routeTable(subnetId) {
      const network = vpc(known(subnet(subnetId).outputs, 'vpcId'))
      const associated = ledger.findBy('aws:ec2/routeTableAssociation:RouteTableAssociation', 'subnetId', subnetId)
      const id = associated ? known(associated.outputs, 'routeTableId') : known(network.outputs, 'mainRouteTableId')
      return readTable(ledger, id, network)
    },
    interfacesAt: (address) =>
      ledger.lookUp(INTERFACES_BY_ADDRESS, address).flatMap((owner) =>
        networkInterfacesOf(owner)
          .filter(({ privateIp, publicIp }) => privateIp === address || publicIp === address)
          .map((one) => ({ ...one, owner })),
      ),
  }
}

const readTable = (ledger: LedgerView, id: string, network: Declared): RouteTable => ({
  id,
  routes: [
    { kind: 'local', destination: known(network.outputs, 'cidrBlock'), targetId: 'local' },
    ...ledger.lookUp(GATEWAY_ENDPOINTS, id).flatMap(routesOfEndpoint),
    ...ledger.where(ROUTE, 'routeTableId', id).flatMap(routesOf),
  ],
})

function required(ledger: LedgerView, type: string, id: string): Declared {
  const found = ledger.find(type, id)
  if (!found) throw new Error(`The ledger has no ${id}, which another resource names`)
  return found
}

function routesOfEndpoint(endpoint: Declared): readonly Route[] {
  const blocks = texts(endpoint.outputs, 'cidrBlocks')
  return blocks.map((destination) => ({ kind: 'gatewayEndpoint', destination, targetId: endpoint.id }))
}

const TARGETS = [
  ['gatewayId', 'internetGateway'],
  ['natGatewayId', 'natGateway'],
  ['transitGatewayId', 'transitGateway'],
] as const

function routesOf(route: Declared): readonly Route[] {
  const list = text(route.outputs, 'destinationPrefixListId')
  const cidrBlock = text(route.outputs, 'destinationCidrBlock')
  const destinations = list === undefined ? [cidrBlock ?? []].flat() : blocksOfPrefixList(route.region, list)
  const target = TARGETS.map(([name, kind]) => ({ kind, targetId: text(route.outputs, name) })).find(
    ({ targetId }) => targetId !== undefined,
  )
  if (!target?.targetId || destinations.length === 0)
    throw new Error(`Route ${route.id} has a destination or a target that the path check does not know`)
  const { kind, targetId } = target
  return destinations.map((destination) => ({ kind, destination, targetId }))
}

export const blocksOfPrefixList = (region: string, id: string): readonly string[] =>
  prefixLists(region).find((list) => list.id === id)?.cidrBlocks ?? []

/** Turns `com.amazonaws.us-east-1.ecr.api` into `ecr.api`. */
export const serviceLabel = (serviceName: string) => serviceName.replace(/^com\.amazonaws\.[a-z0-9-]+\./, '')

export const holds = (cidrBlock: string, address: string) => contains(cidrBlock, `${address}/32`)

export const prefixOf = (cidrBlock: string) => Number(cidrBlock.split('/')[1])

/** The most specific route for an address; the first of two equally specific ones. */
export function longest<T extends { readonly destination: string }>(
  routes: readonly T[],
  address: string,
): T | undefined {
  let best: T | undefined
  for (const route of routes)
    if (holds(route.destination, address) && (!best || prefixOf(route.destination) > prefixOf(best.destination)))
      best = route
  return best
}

/** `vpc-0… (hub)`: the id, and the name in its tags. A resource whose id is an ARN is shown by its name only. */
export function label(resource: Declared): string {
  const tags = resource.outputs.tags
  const tagged = typeof tags === 'object' && tags !== null && 'Name' in tags ? tags.Name : undefined
  const name = tagged ?? resource.outputs.name
  if (typeof name !== 'string' || name === resource.id) return resource.id
  return resource.id.startsWith('arn:') ? name : `${resource.id} (${name})`
}

export const internetGatewayOf = ({ ledger }: Topology, vpcId: string) =>
  ledger.findBy(INTERNET_GATEWAY, 'vpcId', vpcId)

export const natGateway = ({ ledger }: Topology, id: string) => ledger.find(NAT_GATEWAY, id)
