import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextFreeCidr } from './addressing.ts'
import { parseCidr } from './cidr.ts'
import { type AttachedNetwork, deliver, planRoutes } from './route-plan.ts'

const hub = { name: 'hub', cidrBlock: '10.0.0.0/16', spokesCidrBlock: '10.64.0.0/10' }

/** Up to twelve spokes of mixed sizes side by side in the supernet, some of them not accepted. */
const anySpokes = fc
  .array(fc.record({ prefix: fc.integer({ min: 16, max: 25 }), accepted: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((wishes) => {
    const spokes: AttachedNetwork[] = []
    for (const [index, { prefix, accepted }] of wishes.entries()) {
      const used = spokes.map(({ cidrBlock }) => cidrBlock)
      spokes.push({ name: `tenant${index}`, cidrBlock: nextFreeCidr(hub.spokesCidrBlock, used, prefix), accepted })
    }
    return spokes
  })

/** First, last and a middle address of a block. */
function samples(cidrBlock: string): readonly number[] {
  const { first, last } = parseCidr(cidrBlock)
  return [first, Math.floor((first + last) / 2), last]
}

describe('planRoutes', () => {
  it('no spoke reaches another, nor any other address of the supernet', () => {
    fc.assert(
      fc.property(anySpokes, fc.nat(), (spokes, offset) => {
        const plan = planRoutes(hub, spokes)
        const { first, last } = parseCidr(hub.spokesCidrBlock)
        const stray = first + (offset % (last - first + 1))
        for (const from of spokes) {
          for (const to of spokes) {
            if (from === to) continue
            for (const address of samples(to.cidrBlock)) expect(deliver(plan, from.name, address)).toBeUndefined()
          }
          expect([undefined, from.name]).toContain(deliver(plan, from.name, stray))
        }
      }),
    )
  })

  it('the hub reaches every accepted spoke and is reached from it; of the others, neither', () => {
    fc.assert(
      fc.property(anySpokes, (spokes) => {
        const plan = planRoutes(hub, spokes)
        for (const spoke of spokes) {
          for (const address of samples(spoke.cidrBlock)) {
            expect(deliver(plan, 'hub', address)).toBe(spoke.accepted ? spoke.name : undefined)
          }
          for (const address of samples(hub.cidrBlock)) {
            expect(deliver(plan, spoke.name, address)).toBe(spoke.accepted ? 'hub' : undefined)
          }
        }
      }),
    )
  })

  it('nobody reaches the internet through the Transit Gateway', () => {
    fc.assert(
      fc.property(anySpokes, fc.nat(2 ** 32 - 1), (spokes, address) => {
        const plan = planRoutes(hub, spokes)
        const inside = [hub, ...spokes].find(({ cidrBlock }) => {
          const { first, last } = parseCidr(cidrBlock)
          return first <= address && address <= last
        })
        for (const { name } of [hub, ...spokes]) {
          expect([undefined, inside?.name]).toContain(deliver(plan, name, address))
        }
      }),
    )
  })

  it('one more spoke changes no route of the hub, and none of another spoke', () => {
    fc.assert(
      fc.property(anySpokes, (spokes) => {
        const before = planRoutes(hub, spokes.slice(0, -1))
        const after = planRoutes(hub, spokes)
        for (const [name, routes] of before.vpcs) expect(after.vpcs.get(name)).toEqual(routes)
        expect(after.tables.spokes).toEqual(before.tables.spokes)
      }),
    )
  })

  it('refuses what AWS would silently leave out', () => {
    const one = { name: 'tenant1', cidrBlock: '10.64.0.0/24', accepted: true }
    expect(() => planRoutes(hub, [one, { ...one, name: 'tenant2' }])).toThrow('tenant1 (10.64.0.0/24) and tenant2')
    expect(() => planRoutes(hub, [{ ...one, cidrBlock: '10.0.1.0/24' }])).toThrow('hub (10.0.0.0/16) and tenant1')
    expect(() => planRoutes(hub, [{ ...one, cidrBlock: '10.32.0.0/24' }])).toThrow("not inside the spokes' supernet")
  })
})
