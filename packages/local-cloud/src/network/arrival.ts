/** What answers at an address: an endpoint, a load balancer's listener, a public service, or nothing. */

import { isSomebodysOwn } from '../aws/ec2/private-link.ts'
import { VPC_ENDPOINT } from '../aws/ec2/resources/vpc-endpoint.ts'
import { SERVICE } from '../aws/ecs/calls.ts'
import { known } from '../resource/values.ts'
import { atLoadBalancer, behindNetworkBalancer, throughPrivateLink } from './balanced.ts'
import type { Resolution } from './dns.ts'
import { LOAD_BALANCER } from './dns.ts'
import type { Path } from './path.ts'
import { type Peer, pass } from './security-groups.ts'
import { Stopped, type Trace } from './stopped.ts'
import {
  holds,
  internetGatewayOf,
  label,
  longest,
  type OwnedInterface,
  serviceLabel,
  type Topology,
} from './topology.ts'

export interface Packet {
  readonly address: string
  readonly port: number
  readonly service?: Resolution['service']
}

const HTTPS = 443
/** RFC 1918 and carrier-grade NAT. Routers of the internet do not forward to these blocks. */
const PRIVATE_BLOCKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']

/**
 * Arrives at a network interface of a VPC.
 * @throws Stopped `securityGroup` or `endpoint`
 */
export function arrive(
  topology: Topology,
  at: OwnedInterface | undefined,
  from: Peer,
  { address, port }: Packet,
  trace: Trace,
): Path['target'] {
  if (!at) throw new Stopped('endpoint', `Nothing has the address ${address}`)
  const { owner } = at
  const isNetworkBalancer = owner.type === LOAD_BALANCER && owner.outputs.loadBalancerType === 'network'
  // A network load balancer that was made without security groups admits everybody.
  if (!isNetworkBalancer || at.securityGroupIds.length > 0)
    pass(topology, 'in', label(owner), at.securityGroupIds, from, port, trace)
  if (isNetworkBalancer) return behindNetworkBalancer(topology, at, from.address, port, trace)
  if (owner.type === LOAD_BALANCER) return atLoadBalancer(topology, owner, from.address, port, trace)
  if (owner.type === SERVICE) {
    trace.push({ kind: 'task', id: at.id, detail: `task of ${label(owner)} at ${address}, port ${port}` })
    return { kind: 'task', interfaceId: at.id, port }
  }
  if (owner.type === VPC_ENDPOINT && isSomebodysOwn(known(owner.outputs, 'serviceName')))
    return throughPrivateLink(topology, at, from.address, port, trace)
  if (owner.type !== VPC_ENDPOINT || port !== HTTPS)
    throw new Stopped('endpoint', `Nothing listens on port ${port} of ${label(owner)} at ${address}`)
  const service = known(owner.outputs, 'serviceName')
  const vpcId = known(owner.outputs, 'vpcId')
  trace.push({
    kind: 'endpoint',
    id: owner.id,
    detail: `${label(owner)} for ${service} at ${address}, account ${owner.account}`,
  })
  return { kind: 'endpoint', endpointId: owner.id, vpcId, service: serviceLabel(service) }
}

/**
 * Arrives at a public address from another public address.
 * @throws Stopped
 */
export function arriveFromInternet(topology: Topology, from: string, packet: Packet, trace: Trace): Path['target'] {
  const { address, port, service } = packet
  if (PRIVATE_BLOCKS.some((block) => holds(block, address)))
    throw new Stopped('internet', `${address} is a private address, which the internet does not route`)
  if (service) {
    if (port !== HTTPS) throw new Stopped('endpoint', `${service.service} does not listen on port ${port}`)
    const detail = `${service.service} in ${service.region}, its public address ${address}`
    trace.push({ kind: 'service', id: service.service, detail })
    return { kind: 'service', ...service }
  }
  const at = topology.interfacesAt(address).find(({ publicIp }) => publicIp === address)
  if (!at) throw new Stopped('endpoint', `Nothing has the address ${address}`)
  requireInternet(topology, at, from, trace)
  return arrive(topology, at, { address: from, groupIds: [] }, packet, trace)
}

/** Checks that the packet can enter through the VPC's internet gateway, and the answer leave through it. */
function requireInternet(topology: Topology, at: OwnedInterface, from: string, trace: Trace): void {
  const vpcId = known(topology.subnet(at.subnetId).outputs, 'vpcId')
  const gateway = internetGatewayOf(topology, vpcId)
  if (!gateway) throw new Stopped('internet', `${vpcId} of ${label(at.owner)} has no internet gateway`)
  const table = topology.routeTable(at.subnetId)
  const back = longest(table.routes, from)
  if (back?.kind !== 'internetGateway' || back.targetId !== gateway.id)
    throw new Stopped(
      'internet',
      `The route table ${table.id} of ${label(at.owner)} has no route to ${from} by ${gateway.id}: no answer leaves`,
    )
  trace.push({
    kind: 'internetGateway',
    id: gateway.id,
    detail: `${label(gateway)} into ${label(topology.vpc(vpcId))}`,
  })
}
