/** The way of one packet from an interface to an address, and the way of its answer. */

import { known } from '../resource/values.ts'
import { arrive, arriveFromInternet, type Packet } from './arrival.ts'
import type { Path } from './path.ts'
import type { Place } from './places.ts'
import { pass } from './security-groups.ts'
import { Stopped, type Trace } from './stopped.ts'
import {
  internetGatewayOf,
  label,
  longest,
  natGateway,
  type OwnedInterface,
  type Route,
  serviceLabel,
  type Topology,
} from './topology.ts'
import { cross } from './transit-gateway.ts'

/** @throws Stopped if the packet or its answer is lost */
export function travel(topology: Topology, from: Place, packet: Packet, trace: Trace): Path['target'] {
  const { address, port } = packet
  // Rules that name groups apply within one VPC, for private addresses.
  const near = interfaceAt(topology, from.vpcId, address)
  const peer = { address, groupIds: near?.securityGroupIds ?? [] }
  pass(topology, 'out', from.name, from.groupIds, peer, port, trace)
  const route = lookUp(topology, from.subnetId, address, trace)
  switch (route.kind) {
    case 'local':
      return arrive(topology, near, { address: from.privateIp, groupIds: from.groupIds }, packet, trace)
    case 'gatewayEndpoint': {
      const endpoint = topology.ledger.find('aws:ec2/vpcEndpoint:VpcEndpoint', route.targetId)
      if (!endpoint) throw new Stopped('endpoint', `${route.targetId} is gone`)
      const service = known(endpoint.outputs, 'serviceName')
      trace.push({ kind: 'endpoint', id: endpoint.id, detail: `gateway endpoint ${label(endpoint)} for ${service}` })
      return { kind: 'endpoint', endpointId: endpoint.id, vpcId: from.vpcId, service: serviceLabel(service) }
    }
    case 'transitGateway': {
      const exit = cross(topology, route.targetId, from.subnetId, address, trace)
      const there = deliver(topology, exit.subnetId, address)
      const target = arrive(topology, there, { address: from.privateIp, groupIds: [] }, packet, trace)
      if (there) answer(topology, there, from, trace)
      return target
    }
    case 'natGateway':
      return arriveFromInternet(topology, throughNat(topology, route.targetId, address, trace), packet, trace)
    case 'internetGateway':
      requireGateway(topology, route.targetId, from.vpcId)
      if (from.publicIp === undefined)
        throw new Stopped(
          'internet',
          `${from.name} has no public address, so ${route.targetId} drops what it sends to ${address}`,
        )
      trace.push({ kind: 'internetGateway', id: route.targetId, detail: `${route.targetId}, as ${from.publicIp}` })
      return arriveFromInternet(topology, from.publicIp, packet, trace)
  }
}

export const interfaceAt = (topology: Topology, vpcId: string, address: string): OwnedInterface | undefined =>
  topology
    .interfacesAt(address)
    .find((one) => one.privateIp === address && topology.subnet(one.subnetId).outputs.vpcId === vpcId)

function lookUp(topology: Topology, subnetId: string, address: string, trace: Trace): Route {
  const table = topology.routeTable(subnetId)
  const subnet = label(topology.subnet(subnetId))
  const route = longest(table.routes, address)
  if (!route) throw new Stopped('route', `The route table ${table.id} of ${subnet} has no route to ${address}`)
  trace.push({ kind: 'routeTable', id: table.id, detail: `${subnet}: ${route.destination} → ${route.targetId}` })
  return route
}

/** From the gateway's subnet in the other VPC to an address in that VPC. */
function deliver(topology: Topology, subnetId: string, address: string): OwnedInterface | undefined {
  const route = longest(topology.routeTable(subnetId).routes, address)
  const vpcId = known(topology.subnet(subnetId).outputs, 'vpcId')
  if (route?.kind !== 'local')
    throw new Stopped(
      'route',
      `${vpcId} does not hold ${address}, and passes nothing on that comes from a Transit Gateway`,
    )
  return interfaceAt(topology, vpcId, address)
}

/** The answer is routed separately: by another route table, and another attachment's association. */
function answer(topology: Topology, there: OwnedInterface, to: Place, trace: Trace): void {
  const back: Trace = []
  try {
    const route = lookUp(topology, there.subnetId, to.privateIp, back)
    if (route.kind !== 'transitGateway') throw new Stopped('route', `${route.destination} leads to ${route.targetId}`)
    const exit = cross(topology, route.targetId, there.subnetId, to.privateIp, back)
    deliver(topology, exit.subnetId, to.privateIp)
    const vpcId = topology.subnet(exit.subnetId).outputs.vpcId
    if (vpcId !== to.vpcId) throw new Stopped('transitGateway', `it comes out in ${vpcId}, not in ${to.vpcId}`)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    throw new Stopped(error.layer, `The request arrives, but the answer to ${to.privateIp} does not: ${error.message}`)
  }
  const detail = back.map((hop) => hop.detail).join('; ')
  trace.push({ kind: 'return', id: there.id, detail: `answer to ${to.privateIp}: ${detail}` })
}

/** @returns the source address that the internet sees */
function throughNat(topology: Topology, id: string, address: string, trace: Trace): string {
  const nat = natGateway(topology, id)
  if (!nat) throw new Stopped('route', `${id} is gone: the route to it is a blackhole`)
  const publicIp = known(nat.outputs, 'publicIp')
  trace.push({ kind: 'natGateway', id, detail: `${label(nat)}, as ${publicIp}` })
  const subnetId = known(nat.outputs, 'subnetId')
  const out = lookUp(topology, subnetId, address, trace)
  if (out.kind !== 'internetGateway')
    throw new Stopped('internet', `The subnet ${subnetId} of ${label(nat)} has no route to an internet gateway`)
  requireGateway(topology, out.targetId, known(topology.subnet(subnetId).outputs, 'vpcId'))
  trace.push({ kind: 'internetGateway', id: out.targetId, detail: out.targetId })
  return publicIp
}

export function requireGateway(topology: Topology, id: string, vpcId: string): void {
  if (internetGatewayOf(topology, vpcId)?.id !== id)
    throw new Stopped('internet', `${id} is not attached to ${vpcId}: the route to it is a blackhole`)
}
