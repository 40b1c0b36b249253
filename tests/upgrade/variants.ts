/** What is recorded of a version: the sample files, and stacks that between them set what else declares resources or replaces them. */

import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Account, Organization } from '@genai/local-cloud/organization'
import { LOCAL_FARGATE } from '../../cli/local/gateway-image.ts'
import { readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import { IDENTITY } from '../../proof/prove/testbed/provider-people.ts'
import { organization as sample } from '../../sample-organization.ts'
import { FEDERATED } from '../federated.ts'

type Settings = Readonly<Record<string, unknown>>

export interface Variant {
  /** What is changed of the sample organisation. */
  readonly organization: Partial<Organization>
  /** Changes of the sample files' settings, by stack. `undefined` takes one away. The hub comes first. */
  readonly stacks: Readonly<Record<string, Settings>>
}

/** The sample files as 0.1.0 had them: a hub without `keySetVia` has Cognito's endpoint still. */
export const SAMPLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hub: { keySetVia: 'endpoint' },
  'spoke-tenant1': {},
  'spoke-tenant2': {},
}

const CERTIFICATE = 'arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012'

/** Of the hub's account, which is the first. */
const withCertificate = (account: Account, index: number): Account =>
  index === 0 ? { ...account, certificates: { [CERTIFICATE]: 'genai.example.com' } } : account

/** One that no stack file of the project names: what those say is held against this. Both say that they share it. */
const SHARES_ITS_ACCOUNT: Settings = {
  account: '444444444444',
  roleArn: 'arn:aws:iam::444444444444:role/genai-deployer',
  sharedAccount: true,
}

export const VARIANTS: Readonly<Record<string, Variant>> = {
  sample: { organization: {}, stacks: SAMPLE },
  'nat, accounts outside of the organisation, no protection': {
    organization: { ramSharing: false },
    stacks: {
      hub: {
        keySetVia: 'nat',
        shareWithOrganisation: undefined,
        shareWithAccounts: ['222222222222', '333333333333'],
        clientInstance: false,
        auditRetentionDays: 30,
        alarmTopicArn: 'arn:aws:sns:us-east-1:111111111111:operators',
        dashboard: true,
        accountMetrics: 'make',
        deletionProtection: false,
      },
      'spoke-tenant1': {
        modelInvocationLogging: true,
        shareMetrics: true,
        guardrail: { words: ['nightingale'] },
        tier: 'large',
        availabilityZoneIds: ['use1-az2'],
      },
      'spoke-tenant2': { tier: { memoryMegabytes: 512, timeoutSeconds: 40, reservedConcurrency: 7 } },
    },
  },
  'a tenant on Fargate beside one on Lambda': {
    organization: {},
    stacks: {
      hub: { ...LOCAL_FARGATE, fargateVcpuLimit: 64, listenerRules: 200 },
      'spoke-tenant1': {},
      'spoke-tenant2': { compute: 'fargate', tier: 'medium' },
    },
  },
  'a model endpoint that tenants share': {
    organization: {},
    stacks: {
      hub: { centralModels: ['us.anthropic.claude-haiku-4-5-20251001-v1:0'] },
      'spoke-tenant1': {},
      'spoke-tenant2': { modelEndpoint: 'hub', cidrBlock: undefined, availabilityZoneIds: undefined },
    },
  },
  'the private door on a hub without a public address': {
    organization: {},
    stacks: {
      hub: {
        loadBalancer: 'internal',
        allowedCidrBlocks: ['10.0.0.0/16'],
        endpointService: true,
        endpointServiceAccounts: ['444444444444'],
      },
      'spoke-tenant1': { gatewayEndpoint: true },
      'spoke-tenant2': {},
    },
  },
  'the private door and the shared endpoint, with tasks at both': {
    organization: {},
    stacks: {
      hub: {
        ...LOCAL_FARGATE,
        fargateVcpuLimit: 64,
        listenerRules: 200,
        centralModels: ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'],
        centralModelRegions: { us: ['us-east-1', 'us-east-2', 'us-west-2'] },
        securityGroupRules: 80,
        endpointService: true,
      },
      'spoke-tenant1': { compute: 'fargate', gatewayEndpoint: true },
      'spoke-tenant2': {
        compute: 'fargate',
        modelEndpoint: 'hub',
        modelRegions: { us: ['us-east-1', 'us-east-2', 'us-west-2'] },
        cidrBlock: undefined,
        availabilityZoneIds: undefined,
      },
    },
  },
  'people of another provider, a certificate by its ARN': {
    organization: { accounts: sample.accounts.map(withCertificate) },
    stacks: {
      hub: {
        keySetVia: 'table',
        hostedZoneId: undefined,
        certificateArn: CERTIFICATE,
        identity: { ...IDENTITY, clientId: 'genai-client' },
      },
      'spoke-tenant1': { tenantClaimValue: 'genai-tenant1', modelPerimeter: 'homeRegion' },
    },
  },
  'key sets in a table, a tenant with machines, a client': {
    organization: {},
    stacks: {
      hub: { keySetVia: 'table', userPoolDomain: 'genai-example', browserOrigin: 'https://chat.example.com' },
      'spoke-tenant1': {
        machineIssuers: {
          app: {
            issuer: 'https://22222222-0000-4000-8000-222222222222.tokens.sts.global.api.aws',
            audience: 'genai/tenant1',
            claims: { sub: 'arn:aws:iam::222222222222:role/application' },
          },
          partner: {
            issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_OTHERPOOL',
            claims: { client_id: '1h57kf5cpq17m0eml12EXAMPLE', token_use: 'access', scope: 'genai/invoke' },
          },
        },
      },
      'spoke-tenant2': {},
      site: {},
    },
  },
  'people of a tenant’s own provider, a second factor': {
    organization: {},
    stacks: {
      hub: { keySetVia: 'table', userPoolDomain: 'genai-example', userPoolMfa: 'optional', ...FEDERATED },
      'spoke-tenant1': { groupCheck: 'gateway', attachmentDeletion: 'owner' },
    },
  },
  'two tenants in one account': {
    organization: {},
    stacks: {
      hub: {},
      'spoke-tenant1': { ...SHARES_ITS_ACCOUNT, limits: { tenant: { tokensPerMinute: 100_000 } } },
      'spoke-tenant2': { ...SHARES_ITS_ACCOUNT, sharedAccountWithoutLimits: true },
    },
  },
  'key set inline, no TLS, three zones, blocks of other sizes': {
    organization: {},
    stacks: {
      hub: {
        keySetVia: 'inline',
        domainName: undefined,
        hostedZoneId: undefined,
        allowInsecureHttp: true,
        availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1d'],
        cidrBlock: '10.8.0.0/20',
        spokesCidrBlock: '10.64.0.0/11',
        allowedCidrBlocks: ['198.51.100.0/24', '203.0.113.0/24'],
        wafRateLimit: 500,
        concurrencyLimit: 2000,
      },
      'spoke-tenant1': {
        cidrBlock: '10.80.0.0/16',
        availabilityZoneIds: ['use1-az1', 'use1-az2', 'use1-az4'],
        tier: 'medium',
      },
    },
  },
}

/** What those who deployed an earlier version may turn on without a loss. */
export const OPENED: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  'the private door': {
    hub: { endpointService: 'true', endpointServiceAccounts: '["444444444444"]' },
    'spoke-tenant1': { gatewayEndpoint: 'true' },
  },
  'a model endpoint that tenants share': { hub: { centralModels: '["us.amazon.nova-2-lite-v1:0"]' } },
}

/** A tenant that is new, at the shared endpoint. */
export const NEW_AT_SHARED_ENDPOINT: Settings = {
  tenantId: 'tenant3',
  account: '444444444444',
  roleArn: 'arn:aws:iam::444444444444:role/genai-deployer',
  models: { 'nova-2-lite': 'us.amazon.nova-2-lite-v1:0' },
  modelEndpoint: 'hub',
  cidrBlock: undefined,
  availabilityZoneIds: undefined,
}

/** The stacks of a variant, with the settings that `pulumi config` would keep. */
export const stacksOf = (stacks: Variant['stacks']): readonly Stack[] =>
  Object.entries(stacks).map(([name, changes]) => withSettings(readStack(name), changes))
