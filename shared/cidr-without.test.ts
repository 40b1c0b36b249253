import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatCidr, overlaps, parseCidr } from './cidr.ts'
import { everythingBut } from './cidr-without.ts'

const block = fc
  .record({ prefix: fc.integer({ min: 1, max: 28 }), at: fc.integer({ min: 0, max: 2 ** 28 }) })
  .map(({ prefix, at }) => formatCidr({ first: (at % 2 ** prefix) * 2 ** (32 - prefix), prefix }))

const size = (cidr: string) => 2 ** (32 - parseCidr(cidr).prefix)

it('leaves out every hole and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(block, { minLength: 1, maxLength: 3 }), (holes) => {
      const blocks = everythingBut(holes)
      for (const one of blocks) {
        expect(holes.some((hole) => overlaps(one, hole))).toBe(false)
        expect(blocks.filter((other) => overlaps(one, other))).toEqual([one])
      }
      // Holes are disjoint or nested: count those in no other.
      const outer = holes.filter(
        (hole) => !holes.some((other) => other !== hole && overlaps(other, hole) && size(other) > size(hole)),
      )
      const sum = (cidrs: readonly string[]) => cidrs.reduce((total, cidr) => total + size(cidr), 0)
      expect(sum(blocks) + sum(outer)).toBe(2 ** 32)
    }),
  )
})

it('fits a security group, which has 60 rules', () => {
  expect(everythingBut(['10.0.0.0/21', '10.64.0.0/10']).length).toBeLessThanOrEqual(30)
})
