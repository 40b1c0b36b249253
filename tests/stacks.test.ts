/** The programs as `index.ts` runs them, with the sample settings and their variants, declared to the local cloud. */

import { type Cloud, deploy, destroy, type Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { createAuthorize } from '@genai/local-cloud/iam/authorize'
import { type Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import * as pulumi from '@pulumi/pulumi'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readStack, withSettings } from '../cli/pulumi/stack-files.ts'
import program from '../index.ts'
import { organization } from '../sample-organization.ts'
import { HUB_OUTPUT_NAMES } from '../shared/read-contract.ts'

const newCloud = (): Cloud => ({ ledger: new Ledger(), organization, createAuthorize })

/** A sample stack with some of its settings changed, or taken away. */
const sample = (name: string, change: Readonly<Record<string, string | undefined>> = {}): Stack =>
  withSettings(readStack(name), change)

/** Outputs that the sample hub does not have. */
const OPTIONAL = [
  'browserOrigin',
  'userPoolDomain',
  'federatedProviders',
  'identity',
  'dashboard',
  'metricsSinkArn',
  'keySet',
  'alarmTopicArn',
  'leavingSubnet',
  'fargate',
  'centralModels',
  'endpointService',
  'loadBalancer',
]

const up = (cloud: Cloud, stack: Stack) => deploy(cloud, stack, program)
const ofStack = (cloud: Cloud, stack: string) => cloud.ledger.all().filter(({ urn }) => urn.includes(`:${stack}::`))
const ids = (resources: readonly Declared[]) => resources.map(({ urn, id }) => `${urn} ${id}`).sort()

describe('hub and two tenants', () => {
  const cloud = newCloud()
  let hubAlone: readonly Declared[]

  beforeAll(async () => {
    await up(cloud, sample('hub'))
    hubAlone = ofStack(cloud, 'hub')
    await up(cloud, sample('spoke-tenant1'))
    await up(cloud, sample('spoke-tenant2'))
  })

  it('are in three accounts, and the ingresses in the hub', () => {
    const accounts = (stack: string) => new Set(ofStack(cloud, stack).map(({ account }) => account))
    expect(accounts('hub')).toEqual(new Set(['111111111111']))
    expect(accounts('spoke-tenant1')).toEqual(new Set(['111111111111', '222222222222']))
    expect(accounts('spoke-tenant2')).toEqual(new Set(['111111111111', '333333333333']))
  })

  it('adding tenants changed nothing of the hub', () => {
    expect(ofStack(cloud, 'hub')).toEqual(hubAlone)
  })

  it('a second run finds everything as it is', async () => {
    const before = cloud.ledger.version
    for (const name of ['hub', 'spoke-tenant1', 'spoke-tenant2']) await up(cloud, sample(name))
    expect(cloud.ledger.version).toBe(before)
  })

  it('the hub answers its whole contract', () => {
    const outputs = cloud.ledger.stackOutputs('organization/genai-hub-spoke/hub') ?? {}
    expect(Object.keys(outputs).sort()).toEqual(HUB_OUTPUT_NAMES.filter((name) => !OPTIONAL.includes(name)).sort())
  })

  it('the hub cannot be destroyed while it is protected', async () => {
    const before = ids(cloud.ledger.all())
    await expect(destroy(cloud, sample('hub'))).rejects.toThrow(/protect/)
    expect(ids(cloud.ledger.all())).toEqual(before)
  })
})

describe('variants of the hub', () => {
  const certificateArn = 'arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012'
  const withCertificate = {
    ...organization,
    accounts: organization.accounts.map((account) =>
      account.id === '111111111111' ? { ...account, certificates: { [certificateArn]: 'genai.example.com' } } : account,
    ),
  }

  it.each<[string, Record<string, string | undefined>]>([
    ['a demo listener', { domainName: undefined, hostedZoneId: undefined, allowInsecureHttp: 'true' }],
    ['an existing certificate', { hostedZoneId: undefined, certificateArn }],
    ['NAT gateways', { keySetVia: 'nat' }],
    [
      'as many addresses as the security group has rules for',
      {
        clientInstance: 'true',
        allowedCidrBlocks: JSON.stringify(Array.from({ length: 29 }, (_, index) => `198.51.100.${index}/32`)),
      },
    ],
    [
      'a zone without an endpoint of Cognito’s',
      { keySetVia: 'endpoint', availabilityZones: '["us-east-1a","us-east-1e"]' },
    ],
    [
      'no client instances in the first zone',
      { availabilityZones: '["us-east-1c","us-east-1a"]', clientInstance: 'true' },
    ],
    ['a model endpoint that tenants share', { centralModels: '["us.amazon.nova-2-lite-v1:0"]' }],
    [
      'offered by PrivateLink, without a public address',
      {
        endpointService: 'true',
        endpointServiceAccounts: '["555555555555"]',
        loadBalancer: 'internal',
        allowedCidrBlocks: '["10.0.0.0/8"]',
      },
    ],
    [
      'offered by PrivateLink, in three zones',
      {
        endpointService: 'true',
        availabilityZones: '["us-east-1a","us-east-1b","us-east-1c"]',
      },
    ],
    ['three zones', { availabilityZones: '["us-east-1a","us-east-1b","us-east-1c"]' }],
    ['the smallest VPC', { cidrBlock: '10.0.0.0/21' }],
    ['neither client nor protection', { clientInstance: 'false', deletionProtection: 'false' }],
    ['a list of accounts', { shareWithOrganisation: undefined, shareWithAccounts: '["222222222222"]' }],
  ])('%s', async (_what, change) => {
    const cloud = { ...newCloud(), organization: withCertificate }
    await up(cloud, sample('hub', change))
    expect(ofStack(cloud, 'hub').length).toBeGreaterThan(60)
  })

  it('the key set, copied at deployment', async () => {
    const keySet = { keys: [{ kty: 'RSA', kid: 'one', n: 'modulus', e: 'AQAB' }] }
    vi.stubGlobal('fetch', async () => Response.json(keySet))
    try {
      const outputs = await up(newCloud(), sample('hub', { keySetVia: 'inline' }))
      expect(outputs.keySet).toBe(JSON.stringify(keySet))
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('unprotected, it is destroyed without a trace', async () => {
    const cloud = newCloud()
    const hub = sample('hub', { deletionProtection: 'false' })
    await up(cloud, hub)
    await destroy(cloud, hub)
    expect(cloud.ledger.all()).toEqual([])
  })
})

describe('what is refused before anything is made', () => {
  it.each<[string, Record<string, string | undefined>, RegExp]>([
    ['a bad setting', { wafRateLimit: '5' }, /- wafRateLimit: 5 is out of range/],
    ['an unknown setting', { wafRate: '5' }, /- wafRate: there is no such setting for this role/],
    ['another account than the credentials are for', { account: '222222222222' }, /222222222222|not allowed/],
    [
      'zones without an endpoint of Cognito’s',
      { keySetVia: 'endpoint', availabilityZones: '["us-east-1c","us-east-1e"]', clientInstance: 'false' },
      /In us-east-1c, us-east-1e cognito-idp has no endpoint\. It has in: us-east-1a, us-east-1b, us-east-1d, us-east-1f\. Choose availabilityZones .* keySetVia to table, nat or inline/,
    ],
    [
      'a zone that is not there',
      { availabilityZones: '["us-east-1a","us-east-1x"]' },
      /no availability zone "us-east-1x"/,
    ],
  ])('%s', async (_what, change, message) => {
    const cloud = newCloud()
    await expect(up(cloud, sample('hub', change))).rejects.toThrow(message)
    expect(cloud.ledger.all()).toEqual([])
  })

  it('a spoke without its hub', async () => {
    await expect(up(newCloud(), sample('spoke-tenant1'))).rejects.toThrow(/organization\/genai-hub-spoke\/hub/)
  })

  it('a spoke of a hub whose outputs are older', async () => {
    const cloud = newCloud()
    const outputs = await up(cloud, sample('hub'))
    cloud.ledger.setStackOutputs('organization/genai-hub-spoke/hub', { ...outputs, contractVersion: 0, tableArn: null })
    await expect(up(cloud, sample('spoke-tenant1'))).rejects.toThrow(
      /- contractVersion is 0\. Expected: 2\.\n- tableArn is missing[\s\S]*pulumi up -s hub/,
    )
  })

  it('as an error that the CLI prints without a stack trace', async () => {
    const failure = await up(newCloud(), sample('hub', { region: 'mars' })).catch((error: unknown) => error)
    expect(pulumi.RunError.isInstance(failure)).toBe(true)
    expect(String(failure)).toContain('- region: "mars" is not a region of the aws partition.')
  })
})
