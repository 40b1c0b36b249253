import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Placed, type Plan, plan } from './layout.ts'
import { track } from './layout-wires.ts'
import type { NodeKind, Scene, SceneAccount, SceneNode, Tier } from './messages.ts'

const node = (id: string, kind: NodeKind, more: Partial<SceneNode> = {}): SceneNode => ({
  id,
  kind,
  label: id,
  note: '',
  ...more,
})

const tier = (id: string, purpose: Tier['purpose'], nodes: readonly SceneNode[]): Tier => ({
  id,
  label: id,
  purpose,
  subnets: [
    { urn: `${id}-1`, cidr: '10.0.0.0/24', zone: 'use1-az1' },
    { urn: `${id}-2`, cidr: '10.0.1.0/24', zone: 'use1-az2' },
  ],
  nodes,
})

const spoke = (tenant: string): SceneAccount => ({
  id: `account-${tenant}`,
  name: tenant,
  role: 'spoke',
  tenants: [tenant],
  resources: 24,
  networks: [
    {
      id: `vpc-${tenant}`,
      urn: `vpc-${tenant}`,
      label: tenant,
      cidr: '10.64.0.0/24',
      tiers: [
        tier(`${tenant}-transit`, 'transit', [node(`attachment:${tenant}`, 'attachment', { small: true })]),
        tier(`${tenant}-endpoint`, 'private', [node(`endpoint:${tenant}`, 'endpoint', { tenant })]),
      ],
    },
  ],
  services: [node(`api:${tenant}`, 'api')],
})

/** A hub and so many tenants. */
function scene(tenants: readonly string[], endpoints = 6): Scene {
  const gateways = tenants.map((tenant) => node(`function:${tenant}`, 'function', { tenant }))
  const small = Array.from({ length: endpoints }, (_, index) => node(`endpoint:${index}`, 'endpoint', { small: true }))
  const gateway = node('internetGateway:1', 'internetGateway', { small: true })
  const hub: SceneAccount = {
    id: 'hub',
    name: 'hub',
    role: 'hub',
    tenants: [],
    resources: 130,
    networks: [
      {
        id: 'vpc-hub',
        urn: 'vpc-hub',
        label: 'hub',
        cidr: '10.0.0.0/16',
        gateway,
        tiers: [
          tier('public', 'public', [node('loadBalancer:1', 'loadBalancer')]),
          tier('private', 'private', [...gateways, ...small]),
          tier('transit', 'transit', [node('attachment:hub', 'attachment', { small: true })]),
        ],
      },
    ],
    services: [node('api:hub:STS', 'api', { small: true }), node('api:hub:DynamoDB', 'api', { small: true })],
  }
  const tables = [
    { ...node('table:hub', 'table', { small: true }), routes: [] },
    { ...node('table:spokes', 'table', { small: true }), routes: [] },
  ]
  return {
    version: 1,
    client: node('client', 'client'),
    accounts: [hub, ...tenants.map(spoke)],
    routers: [{ ...node('transitGateway:1', 'transitGateway'), account: 'hub', tables }],
    wires: [
      { from: 'client', to: gateway.id },
      { from: gateway.id, to: 'loadBalancer:1' },
      { from: 'attachment:hub', to: 'transitGateway:1' },
      ...tenants.flatMap((tenant) => [
        { from: 'loadBalancer:1', to: `function:${tenant}` },
        { from: `function:${tenant}`, to: 'attachment:hub' },
        { from: `attachment:${tenant}`, to: 'transitGateway:1' },
        { from: `attachment:${tenant}`, to: `endpoint:${tenant}` },
        { from: `endpoint:${tenant}`, to: `api:${tenant}` },
      ]),
    ],
  }
}

const inside = (a: Placed, b: Placed) => a.node.kind === 'transitGateway' && b.node.kind === 'table'

function overlaps({ nodes }: Plan): readonly string[] {
  const all = [...nodes.values()]
  return all.flatMap((a, index) =>
    all.slice(index + 1).flatMap((b) => {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
      return apart || inside(a, b) || inside(b, a) ? [] : [`${a.node.id} and ${b.node.id}`]
    }),
  )
}

const tenantsOf = (count: number) => Array.from({ length: count }, (_, index) => `tenant${index}`)

describe('a plan', () => {
  it('has everything of the scene, nothing over another, all inside, whatever is declared', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 9 }), (tenants, endpoints) => {
        const given = scene(tenantsOf(tenants), endpoints)
        const drawn = plan(given)
        expect(drawn.nodes.size).toBe(1 + 1 + 1 + 1 + tenants + endpoints + 2 + 3 + 3 * tenants)
        expect(overlaps(drawn)).toEqual([])
        for (const { x, y, w, h } of [...drawn.nodes.values(), ...drawn.frames]) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0)
          expect(x + w).toBeLessThanOrEqual(drawn.width + 0.01)
          expect(y + h).toBeLessThanOrEqual(drawn.height + 0.01)
        }
        expect(drawn.wires).toHaveLength(given.wires.length)
      }),
      { numRuns: 60 },
    )
  })

  it('is the same for the same scene, and is nothing but the clients before anything is declared', () => {
    const given = scene(tenantsOf(3))
    expect(plan(given)).toEqual(plan(structuredClone(given)))
    const empty = plan({ version: 0, client: node('client', 'client'), accounts: [], routers: [], wires: [] })
    expect([...empty.nodes.keys()]).toEqual(['client'])
  })

  it('goes from left to right as a request does', () => {
    const { nodes } = plan(scene(['tenant1']))
    const way = [
      'client',
      'internetGateway:1',
      'loadBalancer:1',
      'function:tenant1',
      'attachment:hub',
      'transitGateway:1',
    ]
    const there = [...way, 'attachment:tenant1', 'endpoint:tenant1', 'api:tenant1'].map((id) => nodes.get(id)?.x ?? -1)
    expect(there).toEqual([...there].sort((a, b) => a - b))
    expect(new Set(there).size).toBe(there.length)
  })
})

describe('a track', () => {
  const drawn = plan(scene(['tenant1', 'tenant2']))

  it('follows the wires where two are joined by way of others', () => {
    const { nodes, curves } = track(drawn, [
      'function:tenant1',
      'transitGateway:1',
      'table:hub',
      'attachment:tenant1',
      'endpoint:tenant1',
    ])
    expect(nodes).toEqual([
      'function:tenant1',
      'attachment:hub',
      'transitGateway:1',
      'table:hub',
      'attachment:tenant1',
      'endpoint:tenant1',
    ])
    expect(curves).toHaveLength(4)
  })

  it('goes straight where no wire leads, and leaves out what is not drawn', () => {
    expect(track(drawn, ['function:tenant1', 'nothing:here', 'endpoint:3'])).toMatchObject({
      nodes: ['function:tenant1', 'endpoint:3'],
      curves: [expect.stringMatching(/^M[\d.,-]+C/)],
    })
    expect(track(drawn, [])).toEqual({ nodes: [], curves: [] })
  })

  it('never leads through another tenant', () => {
    const ways = ['endpoint:tenant1', 'api:tenant1'].map((end) =>
      track(drawn, ['function:tenant1', end]).nodes.join(' '),
    )
    for (const way of ways) expect(way).not.toContain('tenant2')
  })
})
