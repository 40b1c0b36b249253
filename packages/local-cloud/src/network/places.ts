/** Where a connection starts: the network interfaces from which its packets may leave. */

import { type NetworkInterface, networkInterfacesOf } from '../aws/ec2/network-interfaces.ts'
import { EIP } from '../aws/ec2/resources/eip.ts'
import { EIP_ASSOCIATION } from '../aws/ec2/resources/eip-association.ts'
import { INSTANCE } from '../aws/ec2/resources/instance.ts'
import { formatAddress, parseCidr } from '../cidr.ts'
import type { Declared } from '../ledger/ledger.ts'
import { known, text } from '../resource/values.ts'
import { LOAD_BALANCER } from './dns.ts'
import type { Origin } from './path.ts'
import { Stopped } from './stopped.ts'
import { label, type Topology } from './topology.ts'

export interface Place {
  /** A name for people to read. */
  readonly name: string
  readonly kind: Origin['kind']
  readonly id: string
  readonly vpcId: string
  readonly subnetId: string
  readonly privateIp: string
  readonly publicIp?: string
  readonly groupIds: readonly string[]
}

const FUNCTION = 'aws:lambda/function:Function'

/** The public address of hosts that a proof places somewhere. It is a documentation address (RFC 5737), which belongs to nobody. */
const PUT_THERE_PUBLIC_ADDRESS = '203.0.113.7'
/** AWS reserves the first four addresses of a subnet. */
const FIRST_HOST = 4

/**
 * One place for each network interface; an empty list for a function outside of all VPCs, which starts from the internet.
 * @throws Stopped if the origin is not, or no longer, declared
 */
export function placesOf(topology: Topology, from: Exclude<Origin, { kind: 'internet' }>): readonly Place[] {
  const { ledger } = topology
  switch (from.kind) {
    case 'function': {
      const found = ledger.where(FUNCTION, 'name', from.functionName).find(({ account }) => account === from.account)
      return interfacePlaces(topology, from, found, from.functionName)
    }
    case 'instance':
      return interfacePlaces(topology, from, ledger.find(INSTANCE, from.instanceId), from.instanceId)
    case 'loadBalancer':
      return interfacePlaces(topology, from, ledger.findBy(LOAD_BALANCER, 'arn', from.arn), from.arn)
    case 'task': {
      const { taskArn, subnetId, privateIp, securityGroupIds } = from
      return [place(topology, from.kind, taskArn, taskArn, { id: taskArn, subnetId, privateIp, securityGroupIds })]
    }
    case 'subnet': {
      const subnet = topology.subnet(from.subnetId)
      const host = {
        id: `a host in ${label(subnet)}`,
        subnetId: subnet.id,
        privateIp: formatAddress(parseCidr(known(subnet.outputs, 'cidrBlock')).first + FIRST_HOST),
        securityGroupIds: from.securityGroupIds,
        ...(subnet.outputs.mapPublicIpOnLaunch === true && { publicIp: PUT_THERE_PUBLIC_ADDRESS }),
      }
      return [place(topology, from.kind, subnet.id, host.id, host)]
    }
  }
}

function interfacePlaces(
  topology: Topology,
  { kind }: Origin,
  owner: Declared | undefined,
  id: string,
): readonly Place[] {
  if (!owner) throw new Stopped('route', `The ${kind} ${id} does not exist`)
  const elastic = elasticAddress(topology, owner)
  return networkInterfacesOf(owner).map((one) => {
    const publicIp = elastic ?? one.publicIp
    return place(topology, kind, owner.id, label(owner), publicIp === undefined ? one : { ...one, publicIp })
  })
}

function place(topology: Topology, kind: Origin['kind'], id: string, name: string, one: NetworkInterface): Place {
  const { subnetId, privateIp, publicIp, securityGroupIds: groupIds } = one
  const vpcId = known(topology.subnet(subnetId).outputs, 'vpcId')
  return { name, kind, id, vpcId, subnetId, privateIp, groupIds, ...(publicIp !== undefined && { publicIp }) }
}

/** An Elastic IP replaces the address with which an instance was launched. */
function elasticAddress({ ledger }: Topology, { id }: Declared): string | undefined {
  const association = ledger.findBy(EIP_ASSOCIATION, 'instanceId', id) ?? ledger.findBy(EIP, 'instance', id)
  return association && text(association.outputs, 'publicIp')
}
