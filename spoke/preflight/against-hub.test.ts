import { describe, expect, it } from 'vitest'
import { TIERS } from '../../shared/compute.ts'
import type { HubIdentity, HubOutputs } from '../../shared/contract.ts'
import type { Limits } from '../../shared/limits.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { checkAgainstHub, checkServiceZones } from './against-hub.ts'

const hub = {
  account: '111111111111',
  region: 'us-east-1',
  cidrBlock: '10.0.0.0/16',
  spokesCidrBlock: '10.64.0.0/10',
  zoneIds: ['use1-az1', 'use1-az2'],
} as unknown as HubOutputs
const settings = {
  tenantId: 'tenant1',
  account: '222222222222',
  cidrBlock: '10.64.0.0/24',
  availabilityZoneIds: ['use1-az1'],
  models: { fast: 'us.amazon.nova-2-lite-v1:0' },
  compute: { kind: 'lambda', tier: TIERS.small },
} as unknown as SpokeSettings
const machine = (client_id: string) => ({
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_POOL',
  jwksUri: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_POOL/.well-known/jwks.json',
  claims: { client_id, token_use: 'access', scope: 'openid' },
})
const check = (spoke: Partial<SpokeSettings>, other: Partial<HubOutputs> = {}) =>
  checkAgainstHub({ ...settings, ...spoke }, { ...hub, ...other })

describe('a spoke against its hub', () => {
  it('accepts one that fits', () => {
    expect(() => check({})).not.toThrow()
    const identity = { tenantClaim: 'tenant', claimFormat: 'text' } as HubIdentity
    expect(() => check({ groupCheck: 'gateway' }, { identity })).not.toThrow()
    expect(() => check({ groupCheck: 'gateway' })).not.toThrow()
  })

  it.each<[string, Partial<SpokeSettings>, Partial<HubOutputs>, RegExp]>([
    [
      'a CIDR outside of the supernet',
      { cidrBlock: '10.0.4.0/24' },
      {},
      /tenant1 \(10\.0\.4\.0\/24\).*supernet 10\.64\.0\.0\/10/,
    ],
    [
      "the hub's own addresses",
      {},
      { cidrBlock: '10.64.0.0/16' },
      /the hub \(10\.64\.0\.0\/16\) and tenant1 .* overlap/,
    ],
    [
      'a zone that the hub has not',
      { availabilityZoneIds: ['use1-az1', 'use1-az6'] },
      {},
      /zones use1-az6 of tenant1 .*hub's: use1-az1, use1-az2/,
    ],
    ["the hub's account", { account: '111111111111' }, {}, /is the hub's own, 111111111111/],
    [
      'a profile of another geography',
      { models: { fast: 'eu.amazon.nova-lite-v1:0' } },
      {},
      /not known to be callable from us-east-1/,
    ],
    [
      'a machine with the client of people',
      { machineIssuers: { app: machine('people') } },
      { userPoolClientId: 'people' },
      /The machine app of tenant1 has the client_id of the client that people sign in with, people: .* machine add tenant1 app/,
    ],
    [
      'a rule that would name no tenant',
      { groupCheck: 'gateway' },
      { identity: { tenantClaim: 'roles', claimFormat: 'list' } as HubIdentity },
      /tenant1 has groupCheck gateway, and its hub's provider names the tenant in a list \(roles, claimFormat list\).*groupCheck to both/,
    ],
  ])('refuses %s', (_, spoke, other, message) => {
    expect(() => check(spoke, other)).toThrow(message)
  })

  it('accepts a machine with a client of its own', () => {
    expect(() => check({ machineIssuers: { app: machine('app') } }, { userPoolClientId: 'people' })).not.toThrow()
  })

  const shared = {
    hubStack: 'organization/genai-hub-spoke/hub',
    modelEndpoint: 'hub',
    cidrBlock: undefined,
    availabilityZoneIds: [],
  } as unknown as Partial<SpokeSettings>
  const central = (change: object = {}) =>
    ({
      centralModels: { modelIds: ['us.amazon.nova-2-lite-v1:0'], modelRegions: {}, ...change },
    }) as unknown as Partial<HubOutputs>

  it('accepts one at the shared endpoint, without addresses and zones', () => {
    expect(() => check({ ...shared, modelRegions: {} }, central())).not.toThrow()
    expect(() => check({ ...shared, modelRegions: { us: ['us-west-2'] } }, central())).not.toThrow()
  })

  it.each<[string, Partial<SpokeSettings>, Partial<HubOutputs>, RegExp]>([
    [
      'a hub without one',
      {},
      {},
      /no model endpoint to share\. First: pulumi config set centralModels '\["us\.amazon\.nova-2-lite-v1:0"\]' -s hub && pulumi up -s hub .*or set modelEndpoint to own/,
    ],
    [
      'a model that the hub does not list',
      { models: { fast: 'amazon.nova-lite-v1:0' } },
      central(),
      /^amazon\.nova-lite-v1:0 of tenant1 may not be called through the model endpoint of organization\/genai-hub-spoke\/hub, which has: us\.amazon\.nova-2-lite-v1:0\./,
    ],
    [
      'a fallback that the hub does not list',
      { fallbacks: { fast: ['amazon.nova-lite-v1:0'] } },
      central(),
      /^amazon\.nova-lite-v1:0 of tenant1 may not be called/,
    ],
    [
      'regions that the hub does not let requests go to',
      { modelRegions: { us: ['us-east-2', 'mx-central-1'] } },
      central(),
      /sends requests to us\. profiles to mx-central-1, .* lets them go to us-east-1, us-east-2, us-west-1, us-west-2 only\. Set the hub's centralModelRegions/,
    ],
  ])('refuses at the shared endpoint %s', (_, spoke, other, message) => {
    expect(() => check({ ...shared, modelRegions: {}, ...spoke }, other)).toThrow(message)
  })
})

describe('a limit in dollars', () => {
  const models = { fast: 'us.amazon.nova-2-lite-v1:0', odd: 'us.amazon.nova-2-unpriced-v1:0' }
  const NO_PRICE =
    /^tenant1 has limits in dollars, and no price is known in us-east-1 for odd \(us\.amazon\.nova-2-unpriced-v1:0\): it would count as nothing\. Add it to shared\/prices\/models\.json/

  it.each<[string, Limits]>([
    ['the tenant', { tenant: { dollarsPerMonth: 5 } }],
    ['each user', { user: { dollarsPerMonth: 5 } }],
    ['the model itself', { models: { odd: { dollarsPerMonth: 5 } } }],
  ])('of %s is refused where a model has no price', (_, limits) => {
    expect(() => check({ models, limits })).toThrow(NO_PRICE)
    expect(() => check({ models: { fast: models.fast }, limits: { ...limits, models: {} } })).not.toThrow()
  })

  it('of another model, or none in dollars, needs no price of it', () => {
    expect(() => check({ models, limits: { models: { fast: { dollarsPerMonth: 5 } } } })).not.toThrow()
    expect(() => check({ models, limits: { tenant: { tokensPerDay: 5 } } })).not.toThrow()
  })
})

it.each([
  ['us', 'us-east-1'],
  ['eu', 'eu-central-1'],
  ['apac', 'ap-southeast-1'],
  ['global', 'us-east-1'],
])('as many models of %s as the setting takes fit the policies', (geography, region) => {
  const models = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `m${index}`,
      `${geography}.anthropic.claude-sonnet-5-202509${10 + index}-v1:0`,
    ]),
  )
  expect(() => check({ models }, { region })).not.toThrow()
})

it('models whose policies have no room are refused before anything is made', () => {
  const models = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`m${index}`, `us.anthropic.${'long-'.repeat(20)}${index}-v1:0`]),
  )
  expect(() => check({ models }, {})).toThrow(
    /policy of genai-models-tenant1 has \d+ characters. AWS allows 5120. List fewer models: it has 20/,
  )
})

describe('zones of the service', () => {
  const zones = { names: ['us-east-1a', 'us-east-1b'], zoneIds: ['use1-az2', 'use1-az1'] }

  it('are matched by id, not by name', () => {
    expect(() => checkServiceZones(settings, { ...zones, withService: ['us-east-1b'] })).not.toThrow()
    expect(() => checkServiceZones(settings, { ...zones, withService: ['us-east-1a'] })).toThrow(
      /no endpoint in use1-az1 .*use1-az2/,
    )
  })
})
