/**
 * Decides which addresses belong to the public internet. An issuer is a name that somebody wrote into a setting: it must not lead the function
 * to its own machine, to a private network, or to the cloud's services on link-local addresses.
 */
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Blocks of IANA's special-purpose registries that are not globally reachable, and multicast. */
const NOT_PUBLIC: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/**
 * The only IPv6 block that IANA assigns for the internet, and the blocks in it that lead elsewhere: those that contain an IPv4 address, and
 * those for examples.
 */
const INTERNET_6 = ['2000::', 3] as const
const NOT_PUBLIC_6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const notPublic = new BlockList()
for (const [network, prefix] of NOT_PUBLIC) notPublic.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of NOT_PUBLIC_6) notPublic.addSubnet(network, prefix, 'ipv6')
const internet6 = new BlockList()
internet6.addSubnet(...INTERNET_6, 'ipv6')

export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !notPublic.check(address, 'ipv4')
  return version === 6 && internet6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6')
}

/**
 * Resolves a name for a connection. The socket connects to the returned address, so a second look-up cannot lead elsewhere. If one of the
 * addresses is not public, all are refused, because an honest name does not have both kinds.
 * @param lookUp the system's resolver.
 * @default node:dns
 */
export const publicLookup =
  (lookUp: typeof resolve = resolve): LookupFunction =>
  (hostname, options, answer) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return answer(error, '', 0)
      const [first] = addresses
      if (!first || addresses.some(({ address }) => !isPublicAddress(address)))
        return answer(new Error('its name leads to an address that is not on the public internet'), '', 0)
      if (options.all === true) answer(null, [...addresses])
      else answer(null, first.address, first.family)
    })
  }
