/** Where a connection starts: the network interfaces that its packets may leave by. */

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
  /** What it is, for people. */
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

/** Addresses of hosts that a proof puts somewhere: documentation addresses (RFC 5737), nobody's. */
const PUT_THERE_PUBLIC_ADDRESS = '203.0.113.7'
/** AWS keeps a subnet's first four addresses. */
const FIRST_HOST = 4

/**
 * One for each network interface; none for a function outside of any VPC, which starts from the internet.
 * @throws Stopped when the origin is not declared (any more)
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

/** An Elastic IP takes the place of the address that an instance was launched with. */
function elasticAddress({ ledger }: Topology, { id }: Declared): string | undefined {
  const association = ledger.findBy(EIP_ASSOCIATION, 'instanceId', id) ?? ledger.findBy(EIP, 'instance', id)
  return association && text(association.outputs, 'publicIp')
}
