/** The gateway over PrivateLink, on a hub without a public address: who is answered, who is not, and by what. */
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { Origin } from '@genai/local-cloud/network/path'
import { reach } from '@genai/local-cloud/network/reach'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptConnection, deployPartner, PARTNER } from '../../cli/demo/partner.ts'
import { type Shown, showPrivateDoor } from '../../cli/demo/private-door.ts'
import { callGateway, type GatewayAnswer, type GatewayCall } from '../../cli/demo/request.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { type Platform, startPlatform } from './platform.ts'

const NAME = 'genai.example.com'
const CLIENTS = 'sg-clients'
const LIMIT = 12

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    settings: {
      hub: {
        loadBalancer: 'internal',
        allowedCidrBlocks: ['10.0.0.0/16'],
        endpointService: true,
        endpointServiceAccounts: [PARTNER],
        wafRateLimit: LIMIT,
      },
      'spoke-tenant1': { gatewayEndpoint: true },
    },
  })
  // Whatever a client's own group is, it lets the client out.
  await platform.cloud.ledger.put(besides('aws:ec2/securityGroup:SecurityGroup', CLIENTS, { name: 'clients' }))
  const everywhere = { securityGroupId: CLIENTS, ipProtocol: '-1', cidrIpv4: '0.0.0.0/0' }
  const egress = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'
  await platform.cloud.ledger.put(besides(egress, `${CLIENTS}-out`, everywhere))
})
afterAll(() => platform?.close())

function besides(type: string, id: string, outputs: Declared['outputs']): Declared {
  const [any] = platform.cloud.ledger.all('aws:ec2/vpc:Vpc')
  if (!any) throw new Error('no VPC')
  return { ...any, type, id, urn: `urn:pulumi:clients::clients::${type}::${id}`, inputs: outputs, outputs }
}

const declaredBy = (stack: string, type: string) =>
  platform.cloud.ledger.all(type).filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))

function only(stack: string, type: string, name = ''): Declared {
  const [one, ...more] = declaredBy(stack, type).filter(({ urn }) => urn.endsWith(name))
  if (!one || more.length > 0) throw new Error(`${stack} has ${more.length + (one ? 1 : 0)} of ${type} ${name}`)
  return one
}

/** A client's host in the subnet of a stack's endpoints. */
const clientIn = (stack: string, subnet = 'account-endpoint-use1-az1'): Origin => ({
  kind: 'subnet',
  subnetId: only(stack, 'aws:ec2/subnet:Subnet', subnet).id,
  securityGroupIds: [CLIENTS],
})
const insideTenant1 = () => clientIn('spoke-tenant1')

/** Each call is a connection of its own: they end with the port. */
async function call(from: Origin, request: GatewayCall, host = NAME): Promise<GatewayAnswer> {
  const { cloud, hub, caFile } = platform
  const { port, close } = await cloud.loadBalancer.open(from, hub.listenerArn, 0, host)
  try {
    return await callGateway(`https://${host}`, { port, caFile }, request)
  } finally {
    await close()
  }
}

const way = (from: Origin, host = NAME) => reach(platform.cloud.ledger, from, host, 443)

const prompt = async (tenant: string, as: string): Promise<GatewayCall> => ({
  method: 'POST',
  path: `/${tenant}/invoke`,
  token: await platform.token(as),
  body: { prompt: 'Who are you?' },
})

describe('a client in a tenant’s VPC', () => {
  it('is answered over PrivateLink, by the tenant’s own model, under the gateway’s own name', async () => {
    const answer = await call(insideTenant1(), await prompt('tenant1', 'tenant1'))
    expect(answer.status).toBe(200)
    const path = way(insideTenant1())
    if (!path.reachable) throw new Error(path.reason)
    const [endpoint] = declaredBy('spoke-tenant1', 'aws:ec2/vpcEndpoint:VpcEndpoint').filter(({ urn }) =>
      urn.endsWith('::gateway-endpoint'),
    )
    expect(path.hops.map(({ id }) => id)).toContain(endpoint?.id)
    expect(path.hops.some(({ kind }) => kind === 'transitGateway' || kind === 'internetGateway')).toBe(false)
  })

  it('does not get further by it: another tenant’s token, another tenant’s path and no token are refused', async () => {
    expect((await call(insideTenant1(), await prompt('tenant1', 'tenant2'))).status).toBe(401)
    expect((await call(insideTenant1(), await prompt('tenant2', 'tenant1'))).status).toBe(401)
    expect((await call(insideTenant1(), { method: 'POST', path: '/tenant1/invoke', body: {} })).status).toBe(401)
  })

  it('reads no certificate of the gateway’s under the endpoint’s own name', async () => {
    const { outputs } = only('spoke-tenant1', 'aws:ec2/vpcEndpoint:VpcEndpoint', '::gateway-endpoint')
    const [entry] = outputs.dnsEntries as { dnsName: string }[]
    const host = entry?.dnsName ?? ''
    expect(way(insideTenant1(), host)).toMatchObject({ reachable: true })
    await expect(call(insideTenant1(), await prompt('tenant1', 'tenant1'), host)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  it('without an endpoint has no way to the gateway', () => {
    const without = way(clientIn('spoke-tenant2', 'account-endpoint-use1-az1'))
    expect(without).toMatchObject({ reachable: false })
  })
})

describe('nothing else reaches the gateway', () => {
  it('from the internet, as it has no public address', () => {
    expect(way(LAPTOP)).toMatchObject({ reachable: false, layer: 'internet' })
  })

  it('by the network load balancer’s own addresses, whoever is in the hub’s network', () => {
    const door = only('hub', 'aws:lb/loadBalancer:LoadBalancer', '::endpoint-service')
    const inHub: Origin = {
      kind: 'subnet',
      subnetId: platform.hub.privateSubnets[0]?.id ?? '',
      securityGroupIds: [CLIENTS],
    }
    expect(way(inHub, String(door.outputs.dnsName))).toMatchObject({ reachable: false, layer: 'securityGroup' })
  })

  it.each([
    ['acceptance', 'aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter', 'endpoint'],
    ['the name', 'aws:vpc/endpointPrivateDns:EndpointPrivateDns', 'securityGroup'],
    ['the rule of the endpoint’s group', 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'securityGroup'],
  ])('without %s', async (_, type, layer) => {
    const taken = declaredBy('spoke-tenant1', type).filter(({ urn }) => urn.endsWith('::gateway-endpoint'))
    expect(taken).toHaveLength(1)
    await platform.without(taken, async () => {
      expect(way(insideTenant1())).toMatchObject({ reachable: false, layer })
    })
  })
})

describe('who may be connected', () => {
  it('is nobody whose account is not listed: for it there is no such service', async () => {
    const asked = deployPartner(platform.cloud, platform.hub, { profile: 'genai-tenant2' })
    await expect(asked).rejects.toThrow(/InvalidServiceName/)
  })

  it('is a partner’s account that is listed, once an operator accepts; and it is asked for a token', async () => {
    const { cloud, hub } = platform
    const { endpointId, host } = await deployPartner(cloud, hub)
    const from = () => clientIn('partner', '::partner')
    expect(way(from(), host)).toMatchObject({ reachable: false, layer: 'endpoint' })
    await acceptConnection(cloud, hub, endpointId)
    await deployPartner(cloud, hub, { accepted: true })
    expect((await call(from(), { method: 'POST', path: '/tenant1/invoke', body: {} })).status).toBe(401)
    // As somebody whom a tenant has made a user.
    expect((await call(from(), await prompt('tenant1', 'tenant1'))).status).toBe(200)
    await cloud.destroy({ project: 'partner', stack: 'operator' })
    await cloud.destroy({ project: 'partner', stack: 'partner' })
  })

  it('leaves the hub’s stack alone', async () => {
    const hub = () => JSON.stringify(declaredBy('hub', 'aws:ec2/vpcEndpointService:VpcEndpointService'))
    const before = hub()
    await platform.deploy('spoke-tenant2', { gatewayEndpoint: true })
    expect(hub()).toBe(before)
    expect((await call(clientIn('spoke-tenant2'), await prompt('tenant2', 'tenant2'))).status).toBe(200)
    await platform.deploy('spoke-tenant2', { gatewayEndpoint: false })
    expect(way(clientIn('spoke-tenant2'))).toMatchObject({ reachable: false })
  })
})

describe('what npm start shows of it', () => {
  const show = () => {
    const { cloud, hub } = platform
    const tenants = [
      { tenantId: 'tenant1', account: '222222222222', stack: 'spoke-tenant1', models: {}, compute: 'lambda' },
      { tenantId: 'tenant2', account: '333333333333', stack: 'spoke-tenant2', models: {}, compute: 'lambda' },
    ] as const
    return showPrivateDoor({ cloud, hub, tenants, tokenOf: (tenantId) => platform.token(tenantId) })
  }
  const failing = (shown: readonly Shown[]) => shown.filter(({ ok }) => !ok).map(({ what }) => what)

  it('is as it should be', async () => {
    const shown = await show()
    expect(failing(shown)).toEqual([])
    expect(shown.map(({ outcome }) => outcome)).toEqual([
      'was answered over PrivateLink, from account 222222222222',
      'is connected, and was answered 401',
      'is connected, and was answered 401',
      expect.stringMatching(/^reaches nothing: vpce-\w+ waits: /),
      'is connected, and was answered 401',
      expect.stringContaining('InvalidServiceName'),
    ])
  })

  it('is said not to be as it should where somebody gets through, or nobody does', async () => {
    // The partner was accepted by what was shown before.
    expect(failing(await show())).toEqual([expect.stringContaining('that nobody has accepted')])
    const accepter = only(
      'spoke-tenant1',
      'aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter',
      '::gateway-endpoint',
    )
    const shown = await platform.without([accepter], show)
    expect(failing(shown).filter((what) => what.startsWith('a client in tenant1'))).toHaveLength(3)
  })
})

describe('the firewall', () => {
  it('limits a token, and nobody else who comes by PrivateLink', async () => {
    const one = await prompt('tenant1', 'tenant2')
    const statuses: number[] = []
    for (let sent = 0; sent <= LIMIT; sent += 1) statuses.push((await call(insideTenant1(), one)).status)
    expect(statuses.at(-1)).toBe(429)
    expect((await call(insideTenant1(), await prompt('tenant1', 'tenant1'))).status).toBe(200)
  })
})

describe('what is refused before anything is made', () => {
  it('the endpoint service taken away under a tenant that is connected', async () => {
    await expect(
      platform.deploy('hub', { loadBalancer: 'internal', allowedCidrBlocks: ['10.0.0.0/16'] }),
    ).rejects.toThrow(/The endpoint service is not taken from the hub while tenants are connected to it/)
  })

  it('another kind of load balancer under tenants', async () => {
    await expect(platform.deploy('hub', { endpointService: true })).rejects.toThrow(
      /The load balancer is internal, and does not become public while tenants live/,
    )
  })

  it('an endpoint of a tenant whose account is a partner’s', async () => {
    await expect(
      platform.deploy('hub', {
        loadBalancer: 'internal',
        allowedCidrBlocks: ['10.0.0.0/16'],
        endpointService: true,
        endpointServiceAccounts: [PARTNER, '222222222222'],
        wafRateLimit: LIMIT,
      }),
    ).resolves.toBeUndefined()
    await expect(platform.deploy('spoke-tenant1', { gatewayEndpoint: true })).rejects.toThrow(
      /222222222222, is among the hub's endpointServiceAccounts/,
    )
  })
})
