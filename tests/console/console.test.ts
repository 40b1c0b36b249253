/** What the console makes of the whole platform: the picture, the requests, what stopped them, a resource and its policies. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Console, openConsole } from '../../cli/console/console.ts'
import type { Message, RequestDetail, RequestView, ResourceDetail } from '../../cli/console/messages.ts'
import { faultCommand } from '../../cli/fault/switch.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'

let platform: Platform
let watched: Console
beforeAll(async () => {
  platform = await startPlatform()
  watched = await openConsole({ cloud: platform.cloud, faults: faultCommand(platform.cloud), limits: async () => [] })
  await Promise.all(['tenant1', 'tenant2'].map((tenant) => platform.token(tenant)))
})
afterAll(async () => {
  watched?.close()
  await platform?.close()
})

async function get(path: string): Promise<Response> {
  const { origin, hash } = new URL(watched.url)
  return await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${hash.slice(1)}` } })
}

/** What a page that is opened now begins with. */
async function whole(): Promise<Extract<Message, { kind: 'all' }>> {
  const { body } = await get('/api/events')
  let text = ''
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString()
    const [first] = text.split('\n\n')
    if (first && text.includes('\n\n')) return JSON.parse(first.slice('data: '.length))
  }
  throw new Error('The stream ended before its first event.')
}

async function last(): Promise<RequestView> {
  const request = (await whole()).requests.at(-1)
  if (!request) throw new Error('No request was seen.')
  return request
}

const kindsOf = (way: readonly string[]) => way.map((id) => id.split(':')[0])

describe('the console', () => {
  it('draws what the ledger has: accounts, networks, subnets, tables, what sits in them', async () => {
    const { scene } = await whole()
    expect(scene.accounts.map(({ role, tenants }) => [role, ...tenants])).toEqual([
      ['hub'],
      ['spoke', 'tenant1'],
      ['spoke', 'tenant2'],
    ])
    const [hub, one] = scene.accounts
    expect(hub?.networks[0]?.tiers.map(({ purpose, subnets }) => [purpose, subnets.length])).toEqual([
      ['public', 2],
      ['private', 2],
      ['transit', 2],
    ])
    const nodes = hub?.networks[0]?.tiers.flatMap((tier) =>
      tier.nodes.map(({ kind, tenant }) => `${kind} ${tenant ?? ''}`),
    )
    expect(nodes).toEqual(
      expect.arrayContaining(['loadBalancer ', 'function tenant1', 'function tenant2', 'endpoint ', 'attachment ']),
    )
    expect(one?.services).toMatchObject([{ label: 'Bedrock' }])
    expect(scene.routers[0]?.tables.map(({ label, routes }) => [label, routes.length])).toEqual([
      ['hub', 2],
      ['spokes', 2],
    ])
    const { wires } = scene
    expect(
      wires
        .filter(({ from }) => from.startsWith('loadBalancer'))
        .map(({ to }) => to)
        .sort(),
    ).toEqual(['function:genai-gateway-tenant1', 'function:genai-gateway-tenant2'])
  })

  it('shows a request with its way, tenant, user, model, tokens and times', async () => {
    expect((await platform.invoke('tenant1')).status).toBe(200)
    const request = await last()
    expect(request).toMatchObject({
      tenant: 'tenant1',
      outcome: 'answered',
      status: 200,
      operation: 'invoke',
      model: 'nova-2-lite',
      user: expect.stringMatching(/^[\w-]{36}$/),
      inputTokens: expect.any(Number),
      nanoDollars: expect.any(Number),
    })
    expect(request).not.toHaveProperty('stopped')
    const [arrival] = request.legs
    expect(kindsOf(arrival?.way ?? [])).toEqual(['client', 'internetGateway', 'loadBalancer'])
    const model = request.legs.find(({ label }) => label === 'bedrock-runtime: Converse')
    expect(kindsOf(model?.way ?? [])).toEqual(['function', 'transitGateway', 'table', 'attachment', 'endpoint', 'api'])
    expect(model?.way.at(-1)).toBe('api:222222222222:Bedrock')
    const detail = (await (await get(`/api/request?id=${request.id}`)).json()) as RequestDetail
    const leg = detail.legs.find(({ label }) => label === 'bedrock-runtime: Converse')
    expect(leg?.hops.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['dns', 'securityGroup', 'routeTable', 'return']),
    )
    expect(leg?.decisions[0]).toMatchObject({ action: 'bedrock:InvokeModel', allowed: true })
  })

  it('says which layer stopped a request: the token, the list of models, IAM, the network', async () => {
    await platform.call({ method: 'GET', path: '/tenant1/models', token: await platform.token('tenant2') })
    expect(await last()).toMatchObject({
      outcome: 'refused',
      status: 401,
      stopped: {
        layer: 'Load balancer: jwt-validation',
        why: 'JWTClaimValueInvalid',
        node: expect.stringMatching(/^loadBalancer:/),
      },
    })
    await platform.invoke('tenant1', { model: 'none', prompt: 'Hello' })
    expect(await last()).toMatchObject({
      outcome: 'refused',
      stopped: { layer: 'Gateway: list of models', node: 'function:genai-gateway-tenant1' },
    })
    const policy = platform.cloud.ledger
      .all('aws:iam/rolePolicy:RolePolicy')
      .find(({ account, outputs }) => account === '222222222222' && String(outputs.policy).includes('InvokeModel'))
    if (!policy) throw new Error('The role of the models has no policy.')
    await platform.without([policy], () => platform.invoke('tenant1'))
    expect(await last()).toMatchObject({
      outcome: 'refused',
      stopped: {
        layer: 'IAM: policy of the role',
        why: expect.stringContaining('bedrock:InvokeModel'),
        node: 'api:222222222222:Bedrock',
      },
    })
    const route = platform.cloud.ledger.all('aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation')
    await platform.without(route, async () => {
      // Its packets are lost, which nobody is told; what has stopped it is shown while it waits.
      void platform.invoke('tenant2').catch(() => undefined)
      await expect.poll(async () => (await last()).stopped?.layer).toBe('Network: Transit Gateway')
    })
    expect(await last()).toMatchObject({ outcome: 'under way', tenant: 'tenant2' })
  })

  it('counts what the trail says, and lists its decisions', async () => {
    await platform.cloud.monitoring.settled()
    const { audit, usage, totals } = await whole()
    expect(audit).toEqual(
      expect.arrayContaining([expect.objectContaining({ tenant: 'tenant1', decision: 'refused', check: 'model' })]),
    )
    const one = usage.find(({ tenant }) => tenant === 'tenant1')
    const sum = (figures: readonly number[] = []) => figures.reduce((all, figure) => all + figure, 0)
    expect([sum(one?.requests), sum(one?.refused)]).toEqual([3, 2])
    expect(one?.nanoDollars).toBeGreaterThan(0)
    expect(totals).toMatchObject({ requests: 5, refused: 3, underWay: 1 })
  })

  it('tells a resource, whose it is, and the policies on it', async () => {
    const { scene } = await whole()
    const node = scene.accounts[0]?.networks[0]?.tiers
      .flatMap(({ nodes }) => nodes)
      .find(({ id }) => id === 'function:genai-gateway-tenant1')
    const detail = (await (
      await get(`/api/resource?urn=${encodeURIComponent(node?.urn ?? '')}`)
    ).json()) as ResourceDetail
    expect(detail).toMatchObject({
      type: 'aws:lambda/function:Function',
      account: '111111111111 (hub)',
      owner: 'tenant1, by the stack spoke-tenant1',
    })
    expect([...new Set(detail.policies.map(({ layer }) => layer))]).toEqual(
      expect.arrayContaining(['trust', 'identity', 'permissions boundary', 'resource', 'security group']),
    )
    expect((await get('/api/resource?urn=urn:none')).status).toBe(404)
  })

  it('follows the ledger: a tenant that is destroyed leaves the picture', async () => {
    await platform.cloud.destroy({ project: 'genai-hub-spoke', stack: 'spoke-tenant2' })
    const { scene } = await whole()
    expect(scene.accounts.flatMap(({ tenants }) => tenants)).toEqual(['tenant1'])
    expect(scene.routers[0]?.tables.find(({ label }) => label === 'hub')?.routes).toHaveLength(1)
  })
})
