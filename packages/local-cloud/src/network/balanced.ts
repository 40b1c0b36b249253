/** Load balancers as destinations of packets: an application load balancer's listener, and the targets of a network load balancer. */

import { networkInterfacesOf } from '../aws/ec2/network-interfaces.ts'
import { acceptedBy, type EndpointServiceThere, serviceNamed } from '../aws/ec2/private-link.ts'
import { LISTENER, TARGET_GROUP } from '../aws/load-balancer/listener-actions.ts'
import { TARGET_GROUP_ATTACHMENT } from '../aws/load-balancer/resources/target-group-attachment.ts'
import type { Declared } from '../ledger/ledger.ts'
import { known, number, objects, text } from '../resource/values.ts'
import { LOAD_BALANCER } from './dns.ts'
import type { Path } from './path.ts'
import { pass } from './security-groups.ts'
import { Stopped, type Trace } from './stopped.ts'
import { label, type OwnedInterface, type Topology } from './topology.ts'

/** @throws Stopped if the load balancer does not listen on the port */
function listenerAt({ ledger }: Topology, balancer: Declared, port: number): Declared {
  const arn = known(balancer.outputs, 'arn')
  const listener = ledger.where(LISTENER, 'loadBalancerArn', arn).find(({ outputs }) => outputs.port === port)
  if (!listener) throw new Stopped('endpoint', `${label(balancer)} has no listener on port ${port}`)
  return listener
}

/** @param seenAs the packet's source address at the load balancer */
export function atLoadBalancer(
  topology: Topology,
  balancer: Declared,
  seenAs: string,
  port: number,
  trace: Trace,
): Path['target'] {
  listenerAt(topology, balancer, port)
  const arn = known(balancer.outputs, 'arn')
  trace.push({ kind: 'loadBalancer', id: arn, detail: `load balancer ${label(balancer)}, port ${port}` })
  return { kind: 'loadBalancer', arn, port, seenAs }
}

/**
 * From a node of a network load balancer to the application load balancer that is its target. A target group of this kind always keeps the
 * client's address.
 * @param seenAs the client's address; for packets over PrivateLink the node's own address
 */
export function behindNetworkBalancer(
  topology: Topology,
  at: OwnedInterface,
  seenAs: string,
  port: number,
  trace: Trace,
): Path['target'] {
  const { ledger } = topology
  const { owner: balancer } = at
  const listener = listenerAt(topology, balancer, port)
  const arn = known(balancer.outputs, 'arn')
  trace.push({ kind: 'loadBalancer', id: arn, detail: `${label(balancer)} at ${at.privateIp}, port ${port}` })
  const [action] = objects(listener.outputs, 'defaultActions')
  const group = ledger.findBy(TARGET_GROUP, 'arn', (action && text(action, 'targetGroupArn')) ?? '')
  const attachment = group && ledger.findBy(TARGET_GROUP_ATTACHMENT, 'targetGroupArn', known(group.outputs, 'arn'))
  const target = attachment && ledger.findBy(LOAD_BALANCER, 'arn', known(attachment.outputs, 'targetId'))
  const [there] = target ? networkInterfacesOf(target) : []
  if (!group || !target || !there)
    throw new Stopped('endpoint', `Nothing is registered with ${label(balancer)}: it resets the connection`)
  const toPort = number(group.outputs, 'port') ?? port
  const groups = at.securityGroupIds
  if (groups.length > 0) {
    const peer = { address: there.privateIp, groupIds: there.securityGroupIds }
    pass(topology, 'out', label(balancer), groups, peer, toPort, trace)
  }
  pass(topology, 'in', label(target), there.securityGroupIds, { address: seenAs, groupIds: groups }, toPort, trace)
  return atLoadBalancer(topology, target, seenAs, toPort, trace)
}

/**
 * Through an endpoint to another account's endpoint service. The target sees the addresses of the network load balancer's nodes for all
 * consumers.
 * @throws Stopped `endpoint` while the connection is not accepted
 */
export function throughPrivateLink(
  topology: Topology,
  at: OwnedInterface,
  client: string,
  port: number,
  trace: Trace,
): Path['target'] {
  const { owner: endpoint } = at
  const serviceName = known(endpoint.outputs, 'serviceName')
  const service = serviceNamed(topology.ledger, serviceName)
  if (!service) throw new Stopped('endpoint', `${label(endpoint)} leads to ${serviceName}, which is gone`)
  if (!acceptedBy(topology.ledger, service, endpoint.id))
    throw new Stopped(
      'endpoint',
      `${label(endpoint)} waits: the owner of ${serviceName} has not accepted its connection`,
    )
  const detail = `${label(endpoint)} for ${serviceName} at ${at.privateIp}, account ${endpoint.account}`
  trace.push({ kind: 'endpoint', id: endpoint.id, detail })
  const node = nodeFor(topology, service, at)
  const { securityGroupIds: groups } = node
  if (groups.length > 0 && node.owner.outputs.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic !== 'off')
    pass(topology, 'in', label(node.owner), groups, { address: client, groupIds: [] }, port, trace)
  return behindNetworkBalancer(topology, node, node.privateIp, port, trace)
}

/** The network load balancer's node in the endpoint's zone. */
function nodeFor({ ledger, subnet }: Topology, service: EndpointServiceThere, at: OwnedInterface): OwnedInterface {
  const zoneOf = (subnetId: string) => subnet(subnetId).outputs.availabilityZoneId
  const zoneId = zoneOf(at.subnetId)
  for (const arn of service.loadBalancerArns) {
    const balancer = ledger.findBy(LOAD_BALANCER, 'arn', arn)
    const node = balancer && networkInterfacesOf(balancer).find(({ subnetId }) => zoneOf(subnetId) === zoneId)
    if (balancer && node) return { ...node, owner: balancer }
  }
  throw new Stopped('endpoint', `No load balancer of ${service.serviceName} is in ${String(zoneId)}`)
}
