/** Address blocks without some parts, for security groups, which cannot deny anything. */
import { contains, formatCidr, overlaps, parseCidr } from './cidr.ts'

/** The fewest blocks that contain every address of `block` (default: all of IPv4) outside `holes`. */
export function everythingBut(holes: readonly string[], block = '0.0.0.0/0'): readonly string[] {
  if (!holes.some((hole) => overlaps(block, hole))) return [block]
  if (holes.some((hole) => contains(hole, block))) return []
  const { first, prefix } = parseCidr(block)
  const half = 2 ** (31 - prefix)
  return [first, first + half].flatMap((start) =>
    everythingBut(holes, formatCidr({ first: start, prefix: prefix + 1 })),
  )
}
