/**
 * What a changed setting does to a hub and to tenants that live in it, one row a setting, through either engine. The table in
 * docs/operations.md says the same, and tests/docs holds it to these rows.
 */

import { expect, it } from 'vitest'
import { LOCAL_FARGATE } from '../../cli/local/gateway-image.ts'
import { TOLD, type Row as ToldRow } from '../../shared/gateway-settings.ts'
import { functionName } from '../../shared/naming.ts'
import type { Changes, Deployed } from './deploy.ts'
import { ofStack, type Standing } from './while-served.ts'

export type Effect =
  /** Nothing is made anew that anybody would notice. */
  | 'in place'
  /** Is made anew, without an interruption. */
  | 'replaces'
  /** Before anything is changed. */
  | 'refused'
  /** As long as there are tenants. */
  | 'refused while tenants live'

interface Row {
  readonly stack: 'hub' | 'spoke-tenant1'
  /** As in the documented table. */
  readonly setting: string
  readonly effect: Effect
  readonly changes: Changes
  /** What a refusal says. */
  readonly says?: RegExp
}

const HUB: readonly Row[] = [
  { stack: 'hub', setting: 'role', effect: 'refused', changes: { role: 'spoke' }, says: /15 mistakes/ },
  {
    stack: 'hub',
    setting: 'account',
    effect: 'refused',
    changes: { account: '444444444444' },
    says: /deployed in account 111111111111, and does not move to 444444444444/,
  },
  {
    stack: 'hub',
    setting: 'region',
    effect: 'refused',
    changes: { region: 'us-west-2', availabilityZones: '["us-west-2a","us-west-2b"]' },
    says: /deployed in region us-east-1, and does not move to us-west-2/,
  },
  {
    stack: 'hub',
    setting: 'roleArn',
    effect: 'in place',
    changes: { roleArn: 'arn:aws:iam::111111111111:role/nobody' },
    says: /hub's account \(111111111111\) is not reached\. arn:aws:iam::111111111111:role\/nobody is not there, or does not trust/,
  },
  {
    stack: 'hub',
    setting: 'profile',
    effect: 'in place',
    changes: { profile: 'genai-tenant1' },
    says: /The credentials at hand are another account's\. Use some of 111111111111/,
  },
  {
    stack: 'hub',
    setting: 'cidrBlock',
    effect: 'refused while tenants live',
    changes: { cidrBlock: '10.1.0.0/16' },
    says: /cidrBlock does not change from 10\.0\.0\.0\/16 to 10\.1\.0\.0\/16 while tenants live in it \(10\.64\.0\.0\/24, 10\.64\.1\.0\/24\)/,
  },
  {
    stack: 'hub',
    setting: 'spokesCidrBlock',
    effect: 'in place',
    changes: { spokesCidrBlock: '10.128.0.0/10' },
    says: /supernet 10\.128\.0\.0\/10 leaves out spoke-tenant1/,
  },
  {
    stack: 'hub',
    setting: 'availabilityZones',
    effect: 'in place',
    changes: { availabilityZones: '["us-east-1b","us-east-1a"]' },
    says: /The hub's zones are use1-az1, use1-az2, in this order/,
  },
  {
    stack: 'hub',
    setting: 'shareWithOrganisation, shareWithAccounts',
    effect: 'refused while tenants live',
    changes: { shareWithOrganisation: undefined, shareWithAccounts: '["222222222222"]' },
    says: /shared with an organisation \(shareWithOrganisation\), and does not change to single accounts/,
  },
  {
    stack: 'hub',
    setting: 'hostedZoneId',
    effect: 'in place',
    changes: { hostedZoneId: 'Z0123456789NOBODYS' },
    says: /Account 111111111111 has no hosted zone Z0123456789NOBODYS\. Correct hostedZoneId or domainName in Pulumi\.hub\.yaml/,
  },
  {
    stack: 'hub',
    setting: 'allowInsecureHttp',
    effect: 'refused',
    changes: { allowInsecureHttp: 'true', domainName: undefined, hostedZoneId: undefined },
    says: /listener that tenants' rules are on is HTTPS, and is not changed to HTTP in place/,
  },
  {
    stack: 'hub',
    setting: 'loadBalancer',
    effect: 'refused while tenants live',
    changes: { loadBalancer: 'internal', allowedCidrBlocks: '["10.0.0.0/8"]' },
    says: /The load balancer is public, and does not become internal while tenants live/,
  },
]

const SPOKE: readonly Row[] = [
  { stack: 'spoke-tenant1', setting: 'role', effect: 'refused', changes: { role: 'hub' }, says: /mistakes/ },
  {
    stack: 'spoke-tenant1',
    setting: 'hubStack',
    effect: 'refused',
    changes: { hubStack: 'organization/genai-hub-spoke/hub9' },
    says: /The hub's stack organization\/genai-hub-spoke\/hub9 is not in this backend, or may not be read\. Deploy the hub first/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'tenantId',
    effect: 'refused',
    changes: { tenantId: 'tenant9' },
    says: /This stack holds the tenant tenant1, not tenant9/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'account',
    effect: 'refused',
    changes: { account: '444444444444', roleArn: 'arn:aws:iam::444444444444:role/genai-deployer' },
    says: /tenant1 is deployed in account 222222222222, and does not move to 444444444444/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'roleArn',
    effect: 'in place',
    changes: { roleArn: 'arn:aws:iam::222222222222:role/nobody' },
    says: /account of tenant1 \(222222222222\) is not reached\. arn:aws:iam::222222222222:role\/nobody is not there/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'hubProfile',
    effect: 'in place',
    changes: { hubProfile: 'genai-tenant2' },
    says: /hub's account \(111111111111\) is not reached\. arn:aws:iam::111111111111:role\/genai-onboarding is not there, or does not trust/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'hubRoleArn',
    effect: 'in place',
    changes: { hubRoleArn: 'arn:aws:iam::111111111111:role/nobody' },
    says: /hub's account \(111111111111\) is not reached\. arn:aws:iam::111111111111:role\/nobody is not there/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'availabilityZoneIds',
    effect: 'in place',
    changes: { availabilityZoneIds: '["use1-az2","use1-az1"]' },
    says: /zones of tenant1 are use1-az1, use1-az2, in this order/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'models',
    effect: 'in place',
    changes: { models: { 'nova-2-lite': 'us.amazon.nova-2-light-v1:0' } },
    says: /Bedrock has no model of these ids in us-east-1: us\.amazon\.nova-2-light-v1:0 \(tenant1's "nova-2-lite"\)/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'gatewayEndpoint',
    effect: 'in place',
    changes: { gatewayEndpoint: 'true' },
    says: /tenant1 has gatewayEndpoint, and its hub \S+ is not offered by PrivateLink\. Set the hub's endpointService to true first/,
  },
  {
    stack: 'spoke-tenant1',
    setting: 'shareMetrics',
    effect: 'in place',
    changes: { shareMetrics: 'true' },
    says: /tenant1 has shareMetrics, and its hub \S+ has no sink to share them with\. First: pulumi config set .*accountMetrics make/,
  },
]

/** Everything that a hub takes while tenants live, at once: an `up` is slow by the CLI. */
const HUB_IN_PLACE: Changes = {
  profile: 'genai-hub',
  spokesCidrBlock: '10.64.0.0/12',
  availabilityZones: '["us-east-1a","us-east-1b","us-east-1d"]',
  domainName: 'ai.example.com',
  allowedCidrBlocks: '["198.51.100.0/24","203.0.113.0/24"]',
  wafRateLimit: '5000',
  clientInstance: 'false',
  userPoolMfa: 'optional',
  browserOrigin: 'https://chat.example.com',
  deployers:
    '["arn:aws:iam::111111111111:role/platform-deployer","arn:aws:iam::111111111111:role/genai-hub-flow-logs"]',
  concurrencyLimit: '2000',
  fargate: 'true',
  fargateVcpuLimit: '64',
  listenerRules: '200',
  centralModels: '["us.amazon.nova-2-lite-v1:0","us.anthropic.claude-haiku-4-5-20251001-v1:0"]',
  centralModelRegions: '{"us":["us-east-1","us-east-2","us-west-2"]}',
  securityGroupRules: '100',
  gatewayBaseImage: LOCAL_FARGATE.gatewayBaseImage,
  auditRetentionDays: '90',
  alarmTopicArn: 'arn:aws:sns:us-east-1:111111111111:alarms',
  dashboard: 'true',
  accountMetrics: 'make',
  deletionProtection: 'true',
}

const SPOKE_IN_PLACE: Changes = {
  ...toldExamples(),
  roleArn: undefined,
  profile: 'genai-tenant1',
  hubProfile: 'genai-hub',
  availabilityZoneIds: '["use1-az1","use1-az2","use1-az4"]',
  models: { small: 'us.amazon.nova-2-lite-v1:0' },
  modelRegions: '{"us":["us-east-1","us-east-2","us-west-2"]}',
  modelPerimeter: 'homeRegion',
  groupCheck: 'gateway',
  attachmentDeletion: 'owner',
  defaultModel: 'small',
  tier: 'medium',
  modelInvocationLogging: 'true',
  limits: '{"tenant":{"requestsPerMinute":30000},"models":{"small":{"tokensPerDay":1000000000}}}',
  sharedAccount: 'true',
  sharedAccountWithoutLimits: 'true',
}

/** A value that is not the default, for every setting of a simple shape that gateways are told. */
function toldExamples(): Changes {
  return Object.fromEntries(
    Object.entries<ToldRow>(TOLD).flatMap(([name, row]) => {
      if (!('is' in row)) return []
      switch (row.is) {
        case 'true or false':
          return [[name, String(row.fallback !== true)]]
        case 'whole number':
          return [[name, String(row.fallback === row.most ? row.least : row.most)]]
        case 'choice':
          return [[name, row.of.find((one) => one !== row.fallback) ?? '']]
        // Only whoever writes the pattern knows a text that it takes.
        default:
          return []
      }
    }),
  )
}

/** Each in a test of its own. */
const BY_THEMSELVES: Changes = {
  leavingZone: '',
  keySetVia: '',
  userPoolDomain: '',
  identity: '',
  federatedProviders: '',
  federatedSecrets: '',
  hostedZoneId: '',
  certificateArn: '',
  endpointService: '',
  endpointServiceAccounts: '',
}

/** What is made anew for a changed name or supernet, and nobody misses. */
const MADE_ANEW = /:(Route|Certificate|CertificateValidation|Record)$/

const REFUSALS: readonly Row[] = [...HUB, ...SPOKE]

/**
 * A tenant that moves: tests/deployments/while-served.ts; one that changes its compute: tests/deployments/compute-changes.ts; its model endpoint:
 * tests/deployments/endpoint-changes.ts.
 * Machines take another way to the keys: tests/platform/machines.test.ts. Other rules of a guardrail: tests/platform/guardrail.test.ts.
 * Another provider of people: tests/platform/identity.test.ts.
 */
const ELSEWHERE = {
  modelEndpoint: 'replaces',
  cidrBlock: 'replaces',
  compute: 'replaces',
  gatewayImage: 'in place',
  machineIssuers: 'in place',
  guardrail: 'in place',
  tenantClaimValue: 'in place',
} as const satisfies Readonly<Record<string, Effect>>

const inPlace = (changes: object) =>
  Object.fromEntries(Object.keys(changes).map((name) => [name, 'in place' as Effect]))
const refused = (rows: readonly Row[]) =>
  Object.fromEntries(rows.flatMap(({ setting, effect }) => setting.split(', ').map((name) => [name, effect])))

/** What was seen of every setting. */
export const EFFECTS = {
  hub: { ...inPlace(HUB_IN_PLACE), ...refused(HUB), ...inPlace(BY_THEMSELVES) },
  // What gateways are told is an attribute of an item, whatever it says.
  spoke: { ...inPlace({ ...TOLD, ...SPOKE_IN_PLACE }), ...refused(SPOKE), ...ELSEWHERE },
} as const

const PLATFORM_DEPLOYER = 'arn:aws:iam::111111111111:role/platform-deployer'

/** A role of the hub's account that whoever deploys may assume, and that may assume the onboarding role. @returns its ARN */
async function anotherDeployer({ cloud: { ledger } }: Deployed): Promise<string> {
  const [role] = ledger.all('aws:iam/role:Role').filter(({ account }) => account === '111111111111')
  if (!role) throw new Error('the hub has no role')
  const name = 'tenants-deployer'
  const arn = `arn:aws:iam::111111111111:role/${name}`
  const may = (Statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...Statement }] })
  const actions = { Action: ['sts:AssumeRole', 'sts:TagSession'] }
  const inputs = { name, assumeRolePolicy: may({ Principal: { AWS: PLATFORM_DEPLOYER }, ...actions }) }
  const urn = 'urn:pulumi:own::own::aws:iam/role:Role::own'
  const outputs = { ...inputs, arn, uniqueId: 'AROAOWNROLEOFTHEHUB1' }
  await ledger.put({ ...role, urn, id: name, inputs, outputs })
  const allowed = { role: name, name: 'onboards', policy: may({ ...actions, Resource: '*' }) }
  const type = 'aws:iam/rolePolicy:RolePolicy'
  await ledger.put({
    ...role,
    urn: `urn:pulumi:own::own::${type}::own`,
    type,
    id: `${name}:onboards`,
    inputs: allowed,
    outputs: allowed,
  })
  return arn
}

const idsOf = (deployed: Deployed, stack: string) => new Map(ofStack(deployed, stack).map(({ urn, id }) => [urn, id]))

const stacks = ['hub', 'spoke-tenant1', 'spoke-tenant2']

export function settingChanges(standing: () => Standing): void {
  it.each(REFUSALS)(
    '$stack: $setting is refused before anything is changed, the state included',
    async ({ stack, changes, says }) => {
      const { deployed } = standing()
      const all = async () => ({ version: deployed.cloud.ledger.version, states: kept(await deployed.states(stacks)) })
      const before = await all()
      expect(await deployed.refused(stack, changes)).toMatch(says ?? /./)
      expect(await all()).toEqual(before)
    },
  )

  it('a hub changes in place, and its tenants are served', async () => {
    const { deployed, clients } = standing()
    const before = idsOf(deployed, 'hub')
    await deployed.up('hub', HUB_IN_PLACE)
    expect(anew(before, idsOf(deployed, 'hub')).filter((urn) => !MADE_ANEW.test(urn.split('::')[2] ?? ''))).toEqual([])
    await deployed.up('hub', { domainName: 'genai.example.com', deletionProtection: 'false' })
    for (const tenant of ['tenant1', 'tenant2']) expect((await clients.invoke(tenant)).status).toBe(200)
  })

  it('a tenant changes in place, and is served', async () => {
    const { deployed, clients } = standing()
    const before = idsOf(deployed, 'spoke-tenant1')
    await deployed.up('spoke-tenant1', SPOKE_IN_PLACE)
    expect(anew(before, idsOf(deployed, 'spoke-tenant1'))).toEqual([])
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })

  it('a tenant is deployed through another of the hub’s deployers, and only when it is one', async () => {
    const { deployed, clients } = standing()
    const hubRoleArn = await anotherDeployer(deployed)
    const before = idsOf(deployed, 'spoke-tenant1')
    expect(await deployed.refused('spoke-tenant1', { hubRoleArn })).toMatch(
      /hub's account \(111111111111\) is not reached/,
    )
    await deployed.up('hub', { deployers: JSON.stringify([PLATFORM_DEPLOYER, hubRoleArn]) })
    await deployed.up('spoke-tenant1', { hubRoleArn })
    expect(anew(before, idsOf(deployed, 'spoke-tenant1'))).toEqual([])
    expect((await clients.invoke('tenant1')).status).toBe(200)
    await deployed.up('spoke-tenant1', { hubRoleArn: undefined })
  })

  it('the hub’s last zone is taken away when the tenants have left it, and not before', async () => {
    const { deployed, clients } = standing()
    const two = { availabilityZones: '["us-east-1a","us-east-1b"]' }
    // Its functions went there with their last deployment, and tenant2's not.
    const zoneIn =
      /The zone use1-az4 is not taken from the hub: 1 network interfaces of tenants' functions and tasks are in it/
    const before = deployed.cloud.ledger.version
    expect(await deployed.refused('hub', two)).toMatch(zoneIn)
    expect(deployed.cloud.ledger.version).toBe(before)
    await deployed.up('hub', { leavingZone: 'us-east-1d' })
    expect(await deployed.refused('hub', { ...two, leavingZone: undefined })).toMatch(zoneIn)
    expect(await deployed.refused('spoke-tenant1', {})).toMatch(/The zones use1-az4 of tenant1 are not among the hub's/)
    await deployed.up('spoke-tenant1', { availabilityZoneIds: '["use1-az1","use1-az2"]' })
    await deployed.up('hub', { ...two, leavingZone: undefined })
    for (const tenant of ['tenant1', 'tenant2']) expect((await clients.invoke(tenant)).status).toBe(200)
    expect(ofStack(deployed, 'hub').filter(({ urn }) => urn.endsWith('-private-3'))).toEqual([])
  })

  it('the private door is opened and closed again, for the hub and for a tenant, and no request fails', async () => {
    const { deployed, clients } = standing()
    const tenants = ['tenant1', 'tenant2']
    const before = ['hub', 'spoke-tenant1'].map((stack) => idsOf(deployed, stack))
    const open = { endpointService: 'true', endpointServiceAccounts: '["444444444444"]' }
    const closed = { endpointService: undefined, endpointServiceAccounts: undefined }
    const served = async (work: () => Promise<unknown>) => {
      for (const tenant of tenants) expect((await clients.invoke(tenant)).status).toBe(200)
      for (const [tenant, { failed }] of await clients.during(tenants, work))
        expect([tenant, failed]).toEqual([tenant, []])
    }
    await served(() => deployed.up('hub', open))
    const hub = ofStack(deployed, 'hub')
    await served(() => deployed.up('spoke-tenant1', { gatewayEndpoint: 'true' }))
    expect(ofStack(deployed, 'hub')).toEqual(hub)
    const connected = () => ofStack(deployed, 'spoke-tenant1').filter(({ urn }) => urn.endsWith('::gateway-endpoint'))
    expect(connected().length).toBe(6)
    const { version } = deployed.cloud.ledger
    expect(await deployed.refused('hub', closed)).toMatch(
      /The endpoint service is not taken from the hub while tenants are connected to it/,
    )
    expect(deployed.cloud.ledger.version).toBe(version)
    await served(() => deployed.up('spoke-tenant1', { gatewayEndpoint: undefined }))
    expect(connected()).toEqual([])
    await served(() => deployed.up('hub', closed))
    expect(ofStack(deployed, 'hub').filter(({ urn }) => urn.includes('endpoint-service'))).toEqual([])
    for (const [index, stack] of ['hub', 'spoke-tenant1'].entries())
      expect(anew(before[index] ?? new Map(), idsOf(deployed, stack))).toEqual([])
  })

  it('a certificate of one’s own takes the place of the hub’s, and back', async () => {
    const { deployed, clients } = standing()
    const { ledger } = deployed.cloud
    const [made] = ledger.all('aws:acm/certificate:Certificate')
    if (!made) throw new Error('the hub has no certificate')
    const arn = `${made.id.slice(0, -4)}0000`
    await ledger.put({
      ...made,
      urn: 'urn:pulumi:own::own::aws:acm/certificate:Certificate::own',
      id: arn,
      outputs: { ...made.outputs, arn },
    })
    await deployed.up('hub', { hostedZoneId: undefined, certificateArn: arn })
    expect((await clients.invoke('tenant2')).status).toBe(200)
    await deployed.up('hub', { hostedZoneId: 'Z0123456789EXAMPLEHUB', certificateArn: undefined })
    expect((await clients.invoke('tenant2')).status).toBe(200)
  })

  it('another way to the key set is the tenants’ with their next deployment; until then a function that starts has none', async () => {
    const { deployed, clients } = standing()
    await deployed.up('hub', { keySetVia: 'inline' })
    await deployed.cloud.lambda.stop(functionName('tenant2'))
    expect((await clients.invoke('tenant2')).status).toBe(503)
    await deployed.up('spoke-tenant2')
    expect((await clients.invoke('tenant2')).status).toBe(200)
  })
}

/** What a refresh and a destroy go by: all resources, with their providers, but not those that only look. */
const kept = (states: readonly unknown[]) =>
  (states as readonly { readonly deployment: { readonly resources: readonly Record<string, unknown>[] } }[]).map(
    (state) =>
      state.deployment.resources
        .filter(({ urn, type }) => !String(urn).endsWith('-checks') && !String(type).startsWith('pulumi:pulumi:Stack'))
        .map(({ modified: _, ...resource }) => resource),
  )

/** What is there before and after, and is not the same. */
const anew = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) =>
  [...before].flatMap(([urn, id]) => (after.has(urn) && after.get(urn) !== id ? [urn] : []))
