import { describe, expect, it } from 'vitest'
import { HUB_SETTINGS } from '../../tests/hub-fixture.ts'
import { CENTRAL, HUB_FARGATE } from '../../tests/spoke-fixture.ts'
import { checkNetwork } from './network.ts'
import { type Before, checkPlace } from './this-stack.ts'

const before: Before = {
  contractVersion: 2,
  account: HUB_SETTINGS.account,
  region: HUB_SETTINGS.region,
  cidrBlock: HUB_SETTINGS.cidrBlock,
  spokesCidrBlock: HUB_SETTINGS.spokesCidrBlock,
  zoneIds: ['use1-az1', 'use1-az2'],
  privateSubnets: ['use1-az1', 'use1-az2'].map((zoneId) => ({
    id: `subnet-${zoneId}`,
    cidrBlock: '10.0.0.0/19',
    zoneId,
  })),
  listenerProtocol: 'HTTPS',
  hubRouteTableId: 'tgw-rtb-1',
  vpcId: 'vpc-hub',
  sharing: { kind: 'organisation', arn: 'arn' },
}
const two = ['use1-az1', 'use1-az2']

/** Who lives there: tenants' blocks, and functions' interfaces in every subnet. */
const lookUps = (
  tenants: readonly string[],
  functions = 0,
  tasks = 0,
  { gateways = tenants.length, admitted = 0, connected = [] as readonly string[] } = {},
) => ({
  tenants: async () => tenants,
  gateways: async () => gateways,
  admitted: async () => admitted,
  functionsIn: async () => functions,
  tasksIn: async () => tasks,
  connected: async () => connected,
})
const nobodyAsked = {
  tenants: () => Promise.reject(new Error('asked for tenants')),
  gateways: () => Promise.reject(new Error('asked for gateways')),
  admitted: () => Promise.reject(new Error('asked for rules')),
  functionsIn: () => Promise.reject(new Error('asked for functions')),
  tasksIn: () => Promise.reject(new Error('asked for tasks')),
  connected: () => Promise.reject(new Error('asked who is connected')),
}
const network = (
  change: Partial<typeof HUB_SETTINGS>,
  zoneIds = two,
  asked: Parameters<typeof checkNetwork>[3] = nobodyAsked,
) => checkNetwork({ ...HUB_SETTINGS, ...change }, zoneIds, before, asked)

describe('what is deployed', () => {
  it('is nothing before the first deployment', async () => {
    checkPlace(HUB_SETTINGS, {})
    await checkNetwork({ ...HUB_SETTINGS, cidrBlock: '10.1.0.0/16' }, ['use1-az6'], {}, nobodyAsked)
  })

  it('takes no domain for its user pool in the deployment that leaves Cognito’s endpoint', () => {
    const asked = { ...HUB_SETTINGS, keySetVia: 'table' as const, userPoolDomain: 'genai-example' }
    expect(() => checkPlace(asked, { ...before, keySetVia: 'endpoint' })).toThrow(
      /read keys through Cognito's endpoint still.*Take userPoolDomain out, run this `up`, then every tenant's, and set it then/,
    )
    checkPlace(asked, { ...before, keySetVia: 'table' })
    checkPlace(asked, {})
  })

  it('is not asked of AWS where nothing of it changes', async () => {
    checkPlace(HUB_SETTINGS, before)
    await network({})
    await network({}, [...two, 'use1-az4'])
  })

  it.each<[string, Partial<typeof HUB_SETTINGS>, Before, RegExp]>([
    [
      'account',
      { account: '999999999999' },
      before,
      /deployed in account 111111111111, and does not move to 999999999999/,
    ],
    ['region', { region: 'eu-west-1' }, before, /deployed in region us-east-1, and does not move to eu-west-1/],
    ['listener', { listener: { kind: 'insecureHttp' } }, before, /is HTTPS, and is not changed to HTTP in place/],
    ['role', {}, { tenantId: 'tenant1' }, /holds the tenant tenant1, not a hub/],
    [
      'newer version',
      {},
      { ...before, contractVersion: 3 },
      /newer version of this project deployed this hub \(contract 3\)/,
    ],
  ])('is left where it is: %s', (_what, change, was, message) => {
    expect(() => checkPlace({ ...HUB_SETTINGS, ...change }, was)).toThrow(message)
  })

  it('keeps the hub’s block, supernet and sharing for tenants that live in it', async () => {
    const living = lookUps(['10.64.1.0/24'])
    await expect(network({ cidrBlock: '10.1.0.0/16' }, two, living)).rejects.toThrow(
      /while tenants live in it \(10\.64\.1\.0\/24\)/,
    )
    await expect(network({ spokesCidrBlock: '10.128.0.0/10' }, two, living)).rejects.toThrow(
      /leaves out 10\.64\.1\.0\/24/,
    )
    await expect(network({ sharing: { kind: 'accounts', accounts: [] } }, two, living)).rejects.toThrow(
      /does not change to single accounts/,
    )
    await network({ spokesCidrBlock: '10.64.0.0/12' }, two, living)
    await network({ cidrBlock: '10.1.0.0/16', spokesCidrBlock: '10.128.0.0/10' }, ['use1-az6'], lookUps([]))
  })

  it('keeps the order of the zones, and a zone while functions are in it', async () => {
    await expect(network({}, ['use1-az2', 'use1-az1'])).rejects.toThrow(/in this order/)
    await expect(network({}, ['use1-az1', 'use1-az4'])).rejects.toThrow(/in this order/)
    await expect(network({}, ['use1-az1'], lookUps([], 2))).rejects.toThrow(
      /use1-az2 is not taken from the hub: 2 network interfaces/,
    )
    await network({}, ['use1-az1'], lookUps([], 0))
  })

  it('keeps Fargate, and a zone, while tasks run there', async () => {
    const withTasks = { ...before, fargate: HUB_FARGATE }
    const check = (change: Partial<typeof HUB_SETTINGS>, zoneIds: string[], tasks: number) =>
      checkNetwork({ ...HUB_SETTINGS, fargate: true, ...change }, zoneIds, withTasks, lookUps([], 0, tasks))
    await expect(check({ fargate: false }, two, 4)).rejects.toThrow(
      /Fargate is not taken from the hub while tenants run on it: their tasks have 4 network interfaces.*compute of these tenants to lambda/,
    )
    await check({ fargate: false }, two, 0)
    await expect(check({}, ['use1-az1'], 3)).rejects.toThrow(/use1-az2 is not taken from the hub: 3 network interfaces/)
    await check({}, ['use1-az1'], 0)
  })

  it('keeps the kind of its load balancer while tenants live', async () => {
    const internal = { loadBalancer: 'internal' } as const
    await expect(network(internal, two, lookUps(['10.64.0.0/22']))).rejects.toThrow(
      /The load balancer is public, and does not become internal while tenants live \(10\.64\.0\.0\/22\).*Put loadBalancer back/,
    )
    await network(internal, two, lookUps([]))
    await expect(
      checkNetwork(HUB_SETTINGS, two, { ...before, ...internal }, lookUps(['10.64.0.0/22'])),
    ).rejects.toThrow('is internal, and does not become public')
    await checkNetwork({ ...HUB_SETTINGS, ...internal }, two, { ...before, ...internal }, nobodyAsked)
  })

  it('keeps the endpoint service while tenants are connected, and its zones', async () => {
    const endpointService = { serviceId: 'vpce-svc-1', serviceName: 'n', privateDnsName: 'd', accounts: [] }
    const offered = { ...before, vpcId: 'vpc-hub', endpointService }
    const check = (change: Partial<typeof HUB_SETTINGS>, zoneIds: string[], connected: readonly string[]) =>
      checkNetwork({ ...HUB_SETTINGS, ...change }, zoneIds, offered, lookUps([], 0, 0, { connected }))
    await expect(check({}, two, ['sg-1'])).rejects.toThrow(
      /The endpoint service is not taken from the hub while tenants are connected to it \(their gateways' groups: sg-1\)/,
    )
    await check({}, two, [])
    const on = { endpointService: { accounts: [] } }
    await checkNetwork({ ...HUB_SETTINGS, ...on }, two, offered, nobodyAsked)
    await expect(check(on, ['use1-az1'], [])).rejects.toThrow(
      /No zone is taken from a hub that is offered by PrivateLink/,
    )
    await check({}, ['use1-az1'], [])
  })
})

describe('tenants without a network of their own', () => {
  const central = { ...CENTRAL, securityGroupId: 'sg-central' }

  it('live in the hub though no route leads to them', async () => {
    await expect(network({ cidrBlock: '10.1.0.0/16' }, two, lookUps([], 0, 0, { gateways: 2 }))).rejects.toThrow(
      /while tenants live in it \(2 without a network of its own\)/,
    )
    const sharing = { kind: 'accounts', accounts: ['222222222222'] } as const
    await expect(network({ sharing }, two, lookUps(['10.64.0.0/24'], 0, 0, { gateways: 2 }))).rejects.toThrow(
      /while tenants live \(10\.64\.0\.0\/24, and 1 without a network of its own\)/,
    )
  })

  it('keep their endpoint, and their models may change', async () => {
    const without = (admitted: number) =>
      checkNetwork(HUB_SETTINGS, two, { ...before, centralModels: central }, lookUps([], 0, 0, { admitted }))
    await expect(without(1)).rejects.toThrow(/not taken from the hub while it admits 1 tenant\. Put centralModels back/)
    await expect(without(0)).resolves.toBeUndefined()
    const centralModels = { modelIds: ['amazon.nova-lite-v1:0'], groupRules: 60 }
    await checkNetwork({ ...HUB_SETTINGS, centralModels }, two, { ...before, centralModels: central }, nobodyAsked)
  })
})
