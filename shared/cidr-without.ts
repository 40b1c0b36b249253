/** Addresses as blocks, with holes: what a security group can say, which has no "deny". */
import { contains, formatCidr, overlaps, parseCidr } from './cidr.ts'

/** The fewest blocks that hold every address of `block` (default: all of IPv4) outside of `holes`. */
export function everythingBut(holes: readonly string[], block = '0.0.0.0/0'): readonly string[] {
  if (!holes.some((hole) => overlaps(block, hole))) return [block]
  if (holes.some((hole) => contains(hole, block))) return []
  const { first, prefix } = parseCidr(block)
  const half = 2 ** (31 - prefix)
  return [first, first + half].flatMap((start) =>
    everythingBut(holes, formatCidr({ first: start, prefix: prefix + 1 })),
  )
}
