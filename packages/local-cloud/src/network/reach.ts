/**
 * Decides from the ledger whether a connection can be made: DNS, subnets, route tables, Transit Gateway tables, attachments, security groups and
 * endpoints, for the packet and for its answer.
 */
import type { LedgerView } from '../ledger/ledger.ts'
import { known } from '../resource/values.ts'
import { arriveFromInternet, type Packet } from './arrival.ts'
import { resolve } from './dns.ts'
import type { Interface, Origin, Path, Refusal } from './path.ts'
import { type Place, placesOf } from './places.ts'
import { Stopped, type Trace } from './stopped.ts'
import { type Topology, topologyOf } from './topology.ts'
import { interfaceAt, travel } from './travel.ts'

/**
 * The path of a connection, or what stops it. A function or load balancer in several subnets may run in any of them, so
 * it must get through from each (the first one's path is told); of the addresses that a name has, one must answer, as
 * clients try the next.
 * @param isDown network interfaces that do not answer, though they are declared. @default all of them answer
 * @param websites hosts of the internet that nothing declares. @default none
 */
export function reach(
  ledger: LedgerView,
  from: Origin,
  host: string,
  port: number,
  isDown: (at: Interface) => boolean = () => false,
  websites: ReadonlySet<string> = new Set(),
): Path | Refusal {
  const topology = topologyOf(ledger, websites)
  const trace: Trace = []
  try {
    if (from.kind === 'internet') return fromInternet(topology, from.address, host, port, trace)
    const places = placesOf(topology, from)
    // A function outside of all VPCs sends from an address of AWS.
    if (places.length === 0) return fromInternet(topology, LAMBDA_ADDRESS, host, port, trace)
    const paths = places.map((place) => fromPlace(topology, place, host, port, trace, isDown))
    return paths[0] as Path
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    const { layer, message } = error
    return {
      reachable: false,
      shows: layer === 'dns' ? 'notFound' : 'timeout',
      layer,
      reason: message,
      hops: [...trace],
    }
  }
}

/** An address in AWS's block 52.95.0.0/16. */
const LAMBDA_ADDRESS = '52.95.0.10'

function fromInternet(topology: Topology, source: string, host: string, port: number, trace: Trace): Path {
  trace.push({ kind: 'internet', id: source, detail: `${source}, on the internet` })
  const { addresses, service } = resolve(topology, host, undefined)
  trace.push({ kind: 'dns', id: host, detail: `${host} → ${addresses.join(', ')}` })
  return firstToAnswer(addresses, trace, (address, hops) => {
    const packet = { address, port, ...(service && { service }) }
    return arriveFromInternet(topology, source, packet, hops)
  })
}

function fromPlace(
  topology: Topology,
  place: Place,
  host: string,
  port: number,
  trace: Trace,
  isDown: (at: Interface) => boolean,
): Path {
  // A refusal has the path from the subnet in which it happened.
  trace.length = 0
  const { name, kind, id, vpcId, subnetId, privateIp } = place
  trace.push({ kind, id, detail: `${name} at ${privateIp} in ${subnetId}` })
  // A load balancer uses public DNS, so private DNS of an endpoint in its VPC does not replace a key set's address.
  const { addresses, service } = resolve(topology, host, kind === 'loadBalancer' ? undefined : vpcId)
  trace.push({ kind: 'dns', id: host, detail: `${host} → ${addresses.join(', ')}` })
  return firstToAnswer(nearestFirst(topology, place, addresses), trace, (address, hops) => {
    const packet: Packet = { address, port, ...(service && { service }) }
    const at = interfaceOf(topology, vpcId, address)
    if (at && isDown(at)) throw new Stopped('endpoint', `${at.ownerId} does not answer at ${address} in ${at.zoneId}`)
    return travel(topology, place, packet, hops)
  })
}

/** @throws Stopped for the first address, if none answers */
function firstToAnswer(
  addresses: readonly string[],
  trace: Trace,
  attempt: (address: string, hops: Trace) => Path['target'],
): Path {
  let first: { readonly stopped: Stopped; readonly hops: Trace } | undefined
  for (const address of addresses) {
    const hops = [...trace]
    try {
      const target = attempt(address, hops)
      return { reachable: true, hops, address, addresses, target }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
      first ??= { stopped: error, hops }
    }
  }
  if (!first) throw new Stopped('dns', 'The name has no address')
  trace.splice(0, trace.length, ...first.hops)
  throw first.stopped
}

/** DNS does not guarantee an order of addresses. The address in the caller's own zone is the cheapest. */
function nearestFirst(topology: Topology, { vpcId, subnetId }: Place, addresses: readonly string[]): readonly string[] {
  const zoneId = topology.subnet(subnetId).outputs.availabilityZoneId
  const isNear = (address: string) => interfaceOf(topology, vpcId, address)?.zoneId === zoneId
  return [...addresses.filter(isNear), ...addresses.filter((address) => !isNear(address))]
}

/** Looks in the own VPC first, because a private address may belong to other interfaces elsewhere. */
function interfaceOf(topology: Topology, vpcId: string, address: string): Interface | undefined {
  const at =
    interfaceAt(topology, vpcId, address) ?? topology.interfacesAt(address).find((one) => one.privateIp === address)
  if (!at) return undefined
  const zoneId = known(topology.subnet(at.subnetId).outputs, 'availabilityZoneId')
  return { address, zoneId, ownerId: at.owner.id, account: at.owner.account }
}
