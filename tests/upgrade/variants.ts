/** What is recorded of a version: the sample files, and stacks that between them set what else declares resources or replaces them. */

import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Organization } from '@genai/local-cloud/organization'
import { LOCAL_FARGATE } from '../../cli/local/gateway-image.ts'
import { readStack } from '../../cli/pulumi/stacks.ts'

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
  'key sets in a table, a tenant with machines': {
    organization: {},
    stacks: {
      hub: { keySetVia: 'table', userPoolDomain: 'genai-example' },
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

/** The stacks of a variant, with the settings that `pulumi config` would keep. */
export const stacksOf = (stacks: Variant['stacks']): readonly Stack[] =>
  Object.entries(stacks).map(([name, changes]) => {
    const stack = readStack(name)
    const config: Record<string, string> = { ...stack.config }
    for (const [setting, value] of Object.entries(changes)) {
      const key = `${stack.project}:${setting}`
      if (value === undefined) delete config[key]
      else config[key] = typeof value === 'string' ? value : JSON.stringify(value)
    }
    return { ...stack, config }
  })
