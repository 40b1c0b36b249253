/** Address ranges: whether they are private or public, and what several cover together. */
import { contains, parseCidr } from '../../shared/cidr.ts'

/** RFC 1918, and RFC 6598's shared space. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']

/** Whether a whole range is in private or shared space. IPv6 ranges are not, because they are routed publicly. */
export const isPrivate = (cidr: string): boolean => isIpv4(cidr) && PRIVATE.some((range) => contains(range, cidr))

export function isIpv4(cidr: string): boolean {
  try {
    return parseCidr(cidr).prefix >= 0
  } catch {
    return false
  }
}

const ADDRESSES = 2 ** 32

/** Whether the blocks together cover all addresses, as two halves do. */
export function isEverywhere(cidrs: readonly string[]): boolean {
  if (cidrs.some((cidr) => /\/0$/.test(cidr))) return true
  const blocks = cidrs
    .filter(isIpv4)
    .map(parseCidr)
    .sort((a, b) => a.first - b.first)
  const reached = blocks.reduce((next, { first, last }) => (first <= next ? Math.max(next, last + 1) : next), 0)
  return reached === ADDRESSES
}
