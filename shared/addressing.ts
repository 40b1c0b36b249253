/**
 * The address plan: which subnet of the hub and of a spoke gets which block. Pure functions: the programs place what is
 * planned here, and the tests prove it for every input.
 *
 * Both plans cut a VPC into four equal slots and give the zones the first ones, so that adding a zone at the end of the
 * list never moves a subnet that exists (a moved subnet is a replaced one, with everything in it).
 */
import { addresses, contains, overlaps, parseCidr, sliceOf } from './cidr.ts'

/** The smallest subnet that AWS makes: 16 addresses, of which it reserves 5. It is enough for the single interface of an attachment. */
const SMALLEST_SUBNET = 28
/** The prefix bits for four slots. */
const SLOT_BITS = 2

/** The blocks of one zone of the hub. */
export interface HubZonePlan {
  /** The zone's name, `us-east-1a`. */
  readonly zone: string
  /** For functions and interface endpoints: half of the zone's slot. */
  readonly private: string
  /** For the load balancer, NAT gateway and client instance: a quarter. */
  readonly public: string
  /** For the interface of the Transit Gateway attachment. It is alone in its subnet, so that its routes apply to nothing else. */
  readonly transitGateway: string
}

/** The blocks of one zone of a spoke. */
export interface SpokeZonePlan {
  /** The zone's id, `use1-az1`. */
  readonly zoneId: string
  /** For the interface of the model endpoint: half of the zone's slot. */
  readonly endpoint: string
  /** For the interface of the Transit Gateway attachment. */
  readonly transitGateway: string
}

/**
 * AWS allows /16 to /28 for a VPC. The hub needs /21 or larger: a function has one interface for each zone and tenant, and a load balancer
 * serves 90 tenants, so a private subnet must be at least a /24.
 */
export const HUB_PREFIXES = { largest: 16, smallest: 21 } as const

/** A spoke needs /25 or larger, for four slots with two /28 subnets each. */
export const SPOKE_PREFIXES = { largest: 16, smallest: 25 } as const

/** The blocks for two or three zones of the hub. */
export function planHubSubnets(cidrBlock: string, zones: readonly string[]): readonly HubZonePlan[] {
  requireSize('hub', cidrBlock, HUB_PREFIXES)
  requireZones('hub', zones, 2)
  return zones.map((zone, index) => {
    const { slot, prefix } = slotOf(cidrBlock, index)
    return {
      zone,
      private: sliceOf(slot, prefix + 1, 0),
      public: sliceOf(slot, prefix + 2, 2),
      transitGateway: sliceOf(sliceOf(slot, prefix + 2, 3), SMALLEST_SUBNET, 0),
    }
  })
}

/** The blocks for one to three zones of a spoke. */
export function planSpokeSubnets(cidrBlock: string, zoneIds: readonly string[]): readonly SpokeZonePlan[] {
  requireSize('spoke', cidrBlock, SPOKE_PREFIXES)
  requireZones('spoke', zoneIds, 1)
  return zoneIds.map((zoneId, index) => {
    const { slot, prefix } = slotOf(cidrBlock, index)
    return {
      zoneId,
      endpoint: sliceOf(slot, prefix + 1, 0),
      transitGateway: sliceOf(sliceOf(slot, prefix + 1, 1), SMALLEST_SUBNET, 0),
    }
  })
}

/** The holder of a block, with the name for error messages: `spoke-tenant1`. */
export interface AddressHolder {
  readonly name: string
  readonly cidrBlock: string
}

/**
 * Sentences about every two holders whose blocks overlap. AWS does not refuse overlapping blocks: it leaves the second one out of the Transit
 * Gateway's route table, without an error.
 */
export function overlapsOf(holders: readonly AddressHolder[]): readonly string[] {
  return holders.flatMap((one, index) =>
    holders
      .slice(index + 1)
      .filter((other) => overlaps(one.cidrBlock, other.cidrBlock))
      .map(
        (other) =>
          `The CIDR blocks of ${one.name} (${one.cidrBlock}) and ${other.name} (${other.cidrBlock}) overlap. ` +
          'Every VPC on the Transit Gateway needs its own: give one of them a free block.',
      ),
  )
}

/** @throws Error for the first two holders whose blocks overlap */
export function requireNoOverlap(holders: readonly AddressHolder[]): void {
  const [first] = overlapsOf(holders)
  if (first !== undefined) throw new Error(first)
}

/** Refuses a spoke outside the hub's supernet, because the hub routes only the supernet to the spokes. */
export function requireInSupernet(holder: AddressHolder, supernet: string): void {
  if (contains(supernet, holder.cidrBlock)) return
  throw new Error(
    `The CIDR block of ${holder.name} (${holder.cidrBlock}) is not inside the spokes' supernet ${supernet}. ` +
      'Choose one inside it: the hub routes the supernet, and nothing else, to the spokes.',
  )
}

/**
 * The lowest block of `prefix` in `supernet` that overlaps none of `used`.
 * @throws Error if the supernet has no room, with the number of blocks that it holds
 */
export function nextFreeCidr(supernet: string, used: readonly string[], prefix: number): string {
  const outer = parseCidr(supernet)
  if (!Number.isInteger(prefix) || prefix < outer.prefix || prefix > 32) {
    throw new Error(`A /${prefix} does not fit in ${supernet}. Allowed: /${outer.prefix} to /32.`)
  }
  const size = addresses(prefix)
  const taken = used
    .map(parseCidr)
    .filter((block) => block.first <= outer.last && block.last >= outer.first)
    .sort((a, b) => a.first - b.first)
  let first = outer.first
  for (const block of taken) {
    if (block.last < first || block.first > first + size - 1) continue
    first = Math.ceil((block.last + 1) / size) * size
  }
  if (first + size - 1 > outer.last) {
    throw new Error(
      `${supernet} has no free /${prefix}: ${taken.length} blocks are in use and it holds ${2 ** (prefix - outer.prefix)}. ` +
        'Choose a larger prefix number (smaller blocks), or build a second hub with a supernet of its own.',
    )
  }
  return sliceOf(supernet, prefix, (first - outer.first) / size)
}

function slotOf(cidrBlock: string, index: number): { readonly slot: string; readonly prefix: number } {
  const prefix = parseCidr(cidrBlock).prefix + SLOT_BITS
  return { slot: sliceOf(cidrBlock, prefix, index), prefix }
}

function requireSize(
  what: string,
  cidrBlock: string,
  allowed: { readonly largest: number; readonly smallest: number },
): void {
  const { prefix } = parseCidr(cidrBlock)
  if (prefix >= allowed.largest && prefix <= allowed.smallest) return
  throw new Error(
    `The ${what}'s CIDR block ${cidrBlock} has ${addresses(prefix)} addresses. Allowed: /${allowed.largest} to /${allowed.smallest} ` +
      `(${addresses(allowed.largest)} to ${addresses(allowed.smallest)} addresses).`,
  )
}

function requireZones(what: string, zones: readonly string[], atLeast: number): void {
  if (zones.length < atLeast || zones.length > 3) {
    throw new Error(`The ${what} has ${zones.length} availability zones. Allowed: ${atLeast} to 3.`)
  }
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index)
  if (twice !== undefined)
    throw new Error(`The ${what} names the availability zone "${twice}" twice. Allowed: each once.`)
}
