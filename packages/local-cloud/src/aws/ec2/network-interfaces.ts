/**
 * Addresses. Every resource with interfaces in a subnet (interface endpoints, instances, load balancers, functions in a VPC, NAT gateways,
 * Transit Gateway attachments, tasks) has the extra output `elasticNetworkInterfaces`, which AWS does not have. The path check reads addresses
 * and security groups there, whatever the type.
 */

import { addresses, formatAddress, parseCidr } from '../../cidr.ts'
import { AwsError } from '../../errors.ts'
import type { Declared, LedgerView } from '../../ledger/ledger.ts'
import type { Index } from '../../ledger/ledger-index.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { known, objects, text, texts } from '../../resource/values.ts'

export type NetworkInterface = {
  readonly id: string
  readonly subnetId: string
  readonly privateIp: string
  /** Absent if the interface has no public address. An Elastic IP that is associated later is in its own resource. */
  readonly publicIp?: string
  readonly securityGroupIds: readonly string[]
}

export const SUBNET = 'aws:ec2/subnet:Subnet'

/** AWS reserves the first four addresses and the last address of a subnet. */
const RESERVED_AT_START = 4
const RESERVED_AT_END = 1

/** The network interfaces of a resource; an empty list if it has none. */
export function networkInterfacesOf(resource: Declared): readonly NetworkInterface[] {
  return objects(resource.outputs, 'elasticNetworkInterfaces').map((item) => {
    const publicIp = text(item, 'publicIp')
    return {
      id: known(item, 'id'),
      subnetId: known(item, 'subnetId'),
      privateIp: known(item, 'privateIp'),
      ...(publicIp !== undefined && { publicIp }),
      securityGroupIds: texts(item, 'securityGroupIds'),
    }
  })
}

/** A private address is unique within its subnet only. */
const placeOf = ({ subnetId, privateIp }: Pick<NetworkInterface, 'subnetId' | 'privateIp'>) =>
  `${subnetId} ${privateIp}`

/** Looks up a resource by the subnet and address of one of its interfaces. */
const BY_PLACE: Index = { keysOf: (resource) => networkInterfacesOf(resource).map(placeOf) }

/**
 * Places one interface in each subnet. On an update, an interface whose subnet stays keeps its address. A new address is the next free one after
 * a start that is derived from the resource, so that the same declarations get the same addresses.
 * @throws AwsError InsufficientFreeAddressesInSubnet
 */
export function placeInterfaces(
  situation: Situation,
  subnetIds: readonly string[],
  securityGroupIds: readonly string[],
): readonly NetworkInterface[] {
  const before = situation.current ? networkInterfacesOf(situation.current) : []
  return subnetIds.map((subnetId) => {
    const kept = before.find((one) => one.subnetId === subnetId)
    if (kept) return { ...kept, securityGroupIds }
    const id = `eni-0${situation.stableToken(16, `eni ${subnetId}`)}`
    const start = Number.parseInt(situation.stableToken(8, `address ${subnetId}`), 16)
    return { id, subnetId, privateIp: freeAddress(situation.ledger, subnetId, start), securityGroupIds }
  })
}

/**
 * The next free address of a subnet after a start, which may be any number.
 * @throws AwsError InsufficientFreeAddressesInSubnet
 */
export function freeAddress(ledger: LedgerView, subnetId: string, start: number): string {
  const subnet = ledger.find(SUBNET, subnetId)
  if (!subnet) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`)
  const block = parseCidr(known(subnet.outputs, 'cidrBlock'))
  const free = addresses(block.prefix) - RESERVED_AT_START - RESERVED_AT_END
  for (let step = 0; step < free; step += 1) {
    const address = formatAddress(block.first + RESERVED_AT_START + ((start + step) % free))
    if (ledger.lookUp(BY_PLACE, placeOf({ subnetId, privateIp: address })).length === 0) return address
  }
  throw new AwsError('InsufficientFreeAddressesInSubnet', `Insufficient free addresses in subnet ${subnetId}.`)
}

/** A public address, derived from the resource's token, in 3.0.0.0/9, one of AWS's ranges in us-east-1. */
export function publicAddress(situation: Situation, salt = ''): string {
  const token = Number.parseInt(situation.stableToken(6, `public address ${salt}`), 16)
  return formatAddress(0x03_00_00_00 + (token % 0x80_00_00))
}
