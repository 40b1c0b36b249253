import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  HUB_PREFIXES,
  nextFreeCidr,
  planHubSubnets,
  planSpokeSubnets,
  requireInSupernet,
  requireNoOverlap,
  SPOKE_PREFIXES,
} from './addressing.ts'
import { addresses, contains, formatCidr, overlaps, parseCidr } from './cidr.ts'

const zones = ['a', 'b', 'c']

/** A block of one of the allowed sizes. */
const blockOf = (sizes: { readonly largest: number; readonly smallest: number }) =>
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: sizes.largest, max: sizes.smallest }))
    .map(([address, prefix]) => formatCidr({ first: address - (address % addresses(prefix)), prefix }))

function expectDisjointInside(vpc: string, subnets: readonly string[]): void {
  for (const [index, subnet] of subnets.entries()) {
    expect(contains(vpc, subnet)).toBe(true)
    const { prefix } = parseCidr(subnet)
    expect(prefix).toBeGreaterThanOrEqual(16)
    expect(prefix).toBeLessThanOrEqual(28)
    for (const other of subnets.slice(index + 1)) expect(overlaps(subnet, other)).toBe(false)
  }
}

describe('planHubSubnets', () => {
  it('gives the sample hub these blocks', () => {
    expect(planHubSubnets('10.0.0.0/16', ['us-east-1a', 'us-east-1b'])).toEqual([
      { zone: 'us-east-1a', private: '10.0.0.0/19', public: '10.0.32.0/20', transitGateway: '10.0.48.0/28' },
      { zone: 'us-east-1b', private: '10.0.64.0/19', public: '10.0.96.0/20', transitGateway: '10.0.112.0/28' },
    ])
  })

  it('every subnet is inside the VPC, apart from the others, and large enough', () => {
    fc.assert(
      fc.property(blockOf(HUB_PREFIXES), fc.integer({ min: 2, max: 3 }), (vpc, count) => {
        const plan = planHubSubnets(vpc, zones.slice(0, count))
        expect(plan.map(({ zone }) => zone)).toEqual(zones.slice(0, count))
        expectDisjointInside(
          vpc,
          plan.flatMap((zone) => [zone.private, zone.public, zone.transitGateway]),
        )
        for (const zone of plan) {
          expect(parseCidr(zone.private).prefix).toBeLessThanOrEqual(24)
          // A load balancer needs a /27 with 8 free addresses in every zone.
          expect(parseCidr(zone.public).prefix).toBeLessThanOrEqual(27)
        }
      }),
    )
  })

  it('a third zone moves none of the first two', () => {
    fc.assert(
      fc.property(blockOf(HUB_PREFIXES), (vpc) => {
        expect(planHubSubnets(vpc, zones).slice(0, 2)).toEqual(planHubSubnets(vpc, zones.slice(0, 2)))
      }),
    )
  })

  it.each([
    ['10.0.0.0/15', ['a', 'b'], '131072 addresses. Allowed: /16 to /21'],
    ['10.0.0.0/22', ['a', 'b'], '1024 addresses. Allowed: /16 to /21'],
    ['10.0.0.0/16', ['a'], '1 availability zones. Allowed: 2 to 3'],
    ['10.0.0.0/16', ['a', 'b', 'c', 'd'], '4 availability zones. Allowed: 2 to 3'],
    ['10.0.0.0/16', ['a', 'a'], '"a" twice'],
  ])('refuses %s in %j', (vpc, names, message) => {
    expect(() => planHubSubnets(vpc, names)).toThrow(message)
  })
})

describe('planSpokeSubnets', () => {
  it('gives the first sample tenant these blocks', () => {
    expect(planSpokeSubnets('10.64.0.0/24', ['use1-az1', 'use1-az2'])).toEqual([
      { zoneId: 'use1-az1', endpoint: '10.64.0.0/27', transitGateway: '10.64.0.32/28' },
      { zoneId: 'use1-az2', endpoint: '10.64.0.64/27', transitGateway: '10.64.0.96/28' },
    ])
  })

  it('every subnet is inside the VPC and apart from the others; a zone more moves nothing', () => {
    fc.assert(
      fc.property(blockOf(SPOKE_PREFIXES), fc.integer({ min: 1, max: 3 }), (vpc, count) => {
        const plan = planSpokeSubnets(vpc, zones.slice(0, count))
        expectDisjointInside(
          vpc,
          plan.flatMap((zone) => [zone.endpoint, zone.transitGateway]),
        )
        expect(planSpokeSubnets(vpc, zones).slice(0, count)).toEqual(plan)
      }),
    )
  })

  it.each([
    ['10.64.0.0/26', ['a'], '64 addresses. Allowed: /16 to /25'],
    ['10.64.0.0/24', [], '0 availability zones. Allowed: 1 to 3'],
  ])('refuses %s in %j', (vpc, names, message) => {
    expect(() => planSpokeSubnets(vpc, names)).toThrow(message)
  })
})

describe('nextFreeCidr', () => {
  it('blocks taken one after the other never overlap, and stay in the supernet', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 20, max: 26 }), { maxLength: 20 }), (prefixes) => {
        const supernet = '10.64.0.0/14'
        const used: string[] = []
        for (const prefix of prefixes) {
          const block = nextFreeCidr(supernet, used, prefix)
          expect(parseCidr(block).prefix).toBe(prefix)
          expect(contains(supernet, block)).toBe(true)
          for (const other of used) expect(overlaps(block, other)).toBe(false)
          used.push(block)
        }
      }),
    )
  })

  it('fills a supernet to the last block, then refuses', () => {
    const used: string[] = []
    for (let index = 0; index < 16; index += 1) used.push(nextFreeCidr('10.64.0.0/20', used, 24))
    expect(new Set(used).size).toBe(16)
    expect(() => nextFreeCidr('10.64.0.0/20', used, 24)).toThrow('10.64.0.0/20 has no free /24: 16 blocks are in use')
  })

  it('takes a gap before it takes the end, in whatever order the blocks are given', () => {
    expect(nextFreeCidr('10.64.0.0/20', ['10.64.2.0/24', '10.64.0.0/24'], 24)).toBe('10.64.1.0/24')
    expect(nextFreeCidr('10.64.0.0/20', ['10.64.0.128/25'], 24)).toBe('10.64.1.0/24')
    expect(nextFreeCidr('10.64.0.0/20', ['192.168.0.0/24'], 24)).toBe('10.64.0.0/24')
  })

  it('refuses a prefix that does not fit', () => {
    expect(() => nextFreeCidr('10.64.0.0/20', [], 19)).toThrow('Allowed: /20 to /32')
    expect(() => nextFreeCidr('10.64.0.0/20', [], 24.5)).toThrow('Allowed: /20 to /32')
  })
})

describe('the checks between holders', () => {
  it('names both of two that overlap', () => {
    const holders = [
      { name: 'hub', cidrBlock: '10.0.0.0/16' },
      { name: 'spoke-tenant1', cidrBlock: '10.64.0.0/24' },
      { name: 'spoke-tenant2', cidrBlock: '10.64.0.128/25' },
    ]
    expect(() => requireNoOverlap(holders.slice(0, 2))).not.toThrow()
    expect(() => requireNoOverlap(holders)).toThrow('spoke-tenant1 (10.64.0.0/24) and spoke-tenant2 (10.64.0.128/25)')
  })

  it('refuses a spoke outside of the supernet', () => {
    const inside = { name: 'spoke-tenant1', cidrBlock: '10.64.0.0/24' }
    expect(() => requireInSupernet(inside, '10.64.0.0/10')).not.toThrow()
    expect(() => requireInSupernet(inside, '10.128.0.0/10')).toThrow("not inside the spokes' supernet 10.128.0.0/10")
  })
})
