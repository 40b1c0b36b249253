import { describe, expect, it } from 'vitest'
import { checkDeployed, type DeployedTenants, type Wanted } from './deployed-tenants.ts'

const HUB = { cidrBlock: '10.0.0.0/16', spokesCidrBlock: '10.64.0.0/10' }
const WANTED = {
  tenantId: 'tenant3',
  hubStack: 'organization/genai-hub-spoke/hub',
  modelEndpoint: 'own',
  cidrBlock: '10.64.2.0/24',
} as const
const SHARED = { modelEndpoint: 'hub' } as const

const blocks = (count: number) => Array.from({ length: count }, (_, index) => `10.65.${index}.0/24`)
const check = (
  {
    own = [],
    others = [],
    holdsAnother = false,
    tenants = others.length,
    isThere = own.length > 0,
    shared = { tenants: 0, isThere: false },
  }: Partial<DeployedTenants>,
  { modelEndpoint = 'own', ...wanted }: Partial<Wanted> = {},
  hub: Partial<typeof HUB> = {},
) => {
  const { cidrBlock, ...named } = WANTED
  const all = { ...named, ...(modelEndpoint === 'own' && { cidrBlock }), ...wanted, modelEndpoint } as Wanted
  checkDeployed(all, { ...HUB, ...hub }, { own, others, tenants, isThere, shared, holdsAnother })
}

describe('what is deployed leaves room for', () => {
  it.each<[string, Partial<DeployedTenants>, Partial<Wanted>]>([
    ['the first tenant', {}, {}],
    ['one beside others', { others: ['10.64.0.0/24', '10.64.1.0/24', '10.64.3.0/24'] }, {}],
    ['the 90th', { others: blocks(89) }, {}],
    ['one that is there, as it is', { own: ['10.64.2.0/24'], others: blocks(89) }, {}],
    ['one of 90, while another moves and has two blocks', { own: ['10.64.2.0/24'], others: blocks(90) }, {}],
    ['one that moves', { own: ['10.64.2.0/24'], others: blocks(89) }, { cidrBlock: '10.64.3.0/24' }],
    ['one whose move was interrupted', { own: ['10.64.2.0/24', '10.64.3.0/24'] }, { cidrBlock: '10.64.3.0/24' }],
    ['one beside a network that is no tenant', { others: [...blocks(89), '172.16.0.0/12'], tenants: 89 }, {}],
    ['one without a network, where the supernet is full', { others: ['10.64.0.0/10'] }, SHARED],
    ['the 60th at the shared endpoint', { tenants: 59, shared: { tenants: 59, isThere: false } }, SHARED],
    [
      'one of more than the endpoint admits, as it is',
      { isThere: true, shared: { tenants: 70, isThere: true } },
      SHARED,
    ],
  ])('%s', (_, deployed, wanted) => {
    expect(() => check(deployed, wanted)).not.toThrow()
  })
})

describe('what is deployed leaves no room for', () => {
  it('the 91st tenant', () => {
    expect(() => check({ others: blocks(90) })).toThrow(
      /^The hub organization\/genai-hub-spoke\/hub has 91 tenants, and its load balancer carries 90: .*second hub, a cell/,
    )
  })

  it('the 91st tenant, where no route leads to any', () => {
    for (const wanted of [{}, SHARED])
      expect(() => check({ tenants: 90 }, wanted)).toThrow(/^The hub organization\/genai-hub-spoke\/hub has 91 tenants/)
  })

  it('one more tenant at the shared endpoint than its group has rules for', () => {
    expect(() => check({ tenants: 60, shared: { tenants: 60, isThere: false } }, SHARED)).toThrow(
      /would be shared by 61 tenants, each a rule of its security group, .* has 60\. Have the quota .*L-0EA8095F.*securityGroupRules.*modelEndpoint own/,
    )
  })

  it.each(['10.64.2.0/24', '10.64.2.128/25', '10.64.0.0/20'])('a block where another tenant has %s', (block) => {
    expect(() => check({ others: [block, '10.64.0.0/24'] })).toThrow(
      new RegExp(
        `^The CIDR block of tenant3 \\(10\\.64\\.2\\.0/24\\) overlaps ${block.replaceAll('.', '\\.')}, which another tenant .*` +
          `The next free one is 10\\.64\\.${block.endsWith('/20') ? 16 : 1}\\.0/24\\.$`,
      ),
    )
  })

  it('anybody, where the supernet is full: no other block is proposed', () => {
    const others = ['10.64.0.0/21', '10.64.8.0/21']
    expect(() => check({ others }, {}, { spokesCidrBlock: '10.64.0.0/20' })).toThrow(
      /^The spokes' supernet 10\.64\.0\.0\/20 is full: no \/24 is free for tenant3\. .*a second hub, a cell.*"Cells"\.$/,
    )
  })

  it.each(['10.64.0.0/22', '10.64.2.0/25'])('a move to a block that overlaps its own, %s', (block) => {
    expect(() => check({ own: [block] })).toThrow(
      `tenant3 cannot move from ${block} to 10.64.2.0/24: both are there for a while, so they must not overlap. The next free one is`,
    )
  })

  it('another tenant than the one that the stack holds', () => {
    expect(() => check({ holdsAnother: true, others: ['10.64.2.0/24'] })).toThrow(
      /^This stack holds another tenant than tenant3: .* npm run tenant -- add \{TENANT\} --account \{ACCOUNT\} --model \{NAME\}=\{MODEL\}$/,
    )
  })

  it('several at once are all told', () => {
    expect(() => check({ others: [...blocks(90), '10.64.2.0/24'] })).toThrow(/has 92 tenants.*\n.*overlaps/)
  })
})
