import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addresses, contains, formatCidr, overlaps, parseCidr, sliceOf } from './cidr.ts'

/** Any well-formed block. */
const anyCidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => formatCidr({ first: address - (address % addresses(prefix)), prefix }))

describe('parseCidr', () => {
  it('is undone by formatCidr', () => {
    fc.assert(
      fc.property(anyCidr, (cidr) => {
        expect(formatCidr(parseCidr(cidr))).toBe(cidr)
      }),
    )
  })

  it.each([
    ['10.0.0.0', 'not an IPv4 CIDR block'],
    ['10.0.0/16', 'not an IPv4 CIDR block'],
    [' 10.0.0.0/16', 'not an IPv4 CIDR block'],
    ['fd00::/8', 'not an IPv4 CIDR block'],
    ['10.0.0.256/32', 'octet "256"'],
    ['10.0.010.0/24', 'octet "010"'],
    ['10.0.0.0/33', 'prefix "/33"'],
    ['10.0.0.0/08', 'prefix "/08"'],
    ['10.0.1.0/16', 'Write 10.0.0.0/16.'],
    ['192.168.1.7/24', 'Write 192.168.1.0/24.'],
  ])('refuses %s, saying what is wrong', (text, message) => {
    expect(() => parseCidr(text)).toThrow(message)
  })
})

describe('contains and overlaps', () => {
  it('overlap is symmetric, and means that one contains the other', () => {
    fc.assert(
      fc.property(anyCidr, anyCidr, (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a))
        expect(overlaps(a, b)).toBe(contains(a, b) || contains(b, a))
      }),
    )
  })

  it('knows neighbours', () => {
    expect(overlaps('10.0.0.0/24', '10.0.1.0/24')).toBe(false)
    expect(overlaps('10.0.0.0/24', '10.0.0.255/32')).toBe(true)
    expect(contains('0.0.0.0/0', '255.255.255.255/32')).toBe(true)
    expect(contains('10.0.0.0/24', '10.0.0.0/23')).toBe(false)
  })
})

describe('sliceOf', () => {
  it('slices are in the block and apart from each other', () => {
    const input = fc.tuple(
      anyCidr.filter((cidr) => parseCidr(cidr).prefix <= 28),
      fc.integer({ min: 1, max: 4 }),
    )
    fc.assert(
      fc.property(input, ([cidr, bits]) => {
        const prefix = parseCidr(cidr).prefix + bits
        const slices = Array.from({ length: 2 ** bits }, (_, index) => sliceOf(cidr, prefix, index))
        for (const [index, slice] of slices.entries()) {
          expect(contains(cidr, slice)).toBe(true)
          for (const other of slices.slice(index + 1)) expect(overlaps(slice, other)).toBe(false)
        }
        expect(() => sliceOf(cidr, prefix, 2 ** bits)).toThrow(`it holds ${2 ** bits}`)
      }),
    )
  })
})
