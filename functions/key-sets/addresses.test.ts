import type { LookupAddress } from 'node:dns'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicAddress, publicLookup } from './addresses.ts'

describe('isPublicAddress', () => {
  it.each([
    '8.8.8.8',
    '52.94.5.1',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '2606:4700::1111',
    '2a00:1450::1',
  ])('%s is', (address) => expect(isPublicAddress(address)).toBe(true))

  it.each([
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.1', '169.254.169.254'],
    ...['169.254.170.2', '172.16.0.1', '172.31.255.255', '192.168.1.1', '198.18.0.1', '203.0.113.7', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1'],
    // IPv4 in IPv6's clothes: mapped, translated, 6to4, Teredo.
    ...[
      '::ffff:10.0.0.1',
      '::ffff:8.8.8.8',
      '::127.0.0.1',
      '64:ff9b::a00:1',
      '64:ff9b:1::1',
      '2002:a00:1::',
      '2001::1',
    ],
    ...['', 'localhost', '1', '0x7f000001', '010.0.0.1', '8.8.8.8:443', '[::1]'],
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false))

  it('no private, loopback or link-local IPv4 address is', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const inside = fc.oneof(
      fc.tuple(fc.constant(10), octet, octet, octet),
      fc.tuple(fc.constant(127), octet, octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
    )
    fc.assert(fc.property(inside, (octets) => !isPublicAddress(octets.join('.'))))
  })
})

describe('publicLookup', () => {
  const looked = (addresses: readonly LookupAddress[], all: boolean) =>
    new Promise((resolve, reject) => {
      const lookUp = publicLookup(((_: string, __: object, answer: (error: null, found: object) => void) =>
        answer(null, addresses)) as never)
      lookUp('issuer.example.com', { all }, (error, address, family) =>
        error ? reject(error) : resolve(all ? address : [address, family]),
      )
    })

  it('answers what was resolved, in the form that the socket asks for', async () => {
    const found = [
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]
    expect(await looked(found, true)).toEqual(found)
    expect(await looked(found, false)).toEqual(['8.8.8.8', 4])
  })

  it.each([
    [[{ address: '169.254.169.254', family: 4 }]],
    [
      [
        { address: '8.8.8.8', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ],
    ],
    [[]],
  ])('refuses %j as a whole', async (found) => {
    await expect(looked(found, true)).rejects.toThrow('not on the public internet')
    await expect(looked(found, false)).rejects.toThrow('not on the public internet')
  })
})
