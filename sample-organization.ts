/**
 * The organisation that the sample stacks are deployed into: the hub's account, three tenants' and the client's, people who may deploy,
 * and the guard rails that a platform team puts on tenants' accounts.
 */

import type {
  Account,
  ExistingPolicy,
  ExistingRole,
  Organization,
  PolicyDocument,
} from '@genai/local-cloud/organization'
import { tenantBoundaryName } from './shared/naming.ts'
import { platformDeployerPolicies } from './shared/policies/deployer-platform.ts'
import { siteDeployerPolicy } from './shared/policies/deployer-site.ts'
import { pooledDeployerPolicy, tenantDeployerPolicy } from './shared/policies/deployer-tenant.ts'
import { DOCTOR_ROLE, doctorPolicy, doctorTrust } from './shared/policies/doctor.ts'
import { enforcementPolicy, GUARDRAIL_ROLE } from './shared/policies/guardrail-enforcement.ts'
import { machineSecretsPolicy, SECRETS_ROLE } from './shared/policies/machine-secrets.ts'
import { reconcilePolicy, USAGE_ROLE } from './shared/policies/reconcile.ts'
import { guardRails } from './shared/policies/service-control.ts'
import { tenantBoundary } from './shared/policies/tenant-boundary.ts'

const HUB = '111111111111'
const PLATFORM_DEPLOYER = `arn:aws:iam::${HUB}:role/platform-deployer`
const ORGANIZATION_ARN = `arn:aws:organizations::${HUB}:organization/o-genaiexample`
const TENANTS_UNIT = `arn:aws:organizations::${HUB}:ou/o-genaiexample/ou-gen1-tenants0`

/** Models of AWS's article, gone from Bedrock since, and current ones. */
const MODELS = [
  'amazon.titan-text-lite-v1',
  'anthropic.claude-3-haiku-20240307-v1:0',
  'us.amazon.nova-2-lite-v1:0',
  'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  'amazon.titan-embed-text-v2:0',
  'cohere.embed-english-v3',
] as const

/** Signed in through the company's identity provider: nobody can assume it from inside AWS. */
const SIGN_IN = `arn:aws:iam::${HUB}:saml-provider/company`

const REGION = 'us-east-1'

const platformDeployer: ExistingRole = {
  name: 'platform-deployer',
  trust: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Federated: SIGN_IN }, Action: 'sts:AssumeRoleWithSAML' }],
  },
  policy: together(Object.values(platformDeployerPolicies({ account: HUB, region: REGION }))),
}

/** An account for the client, which is nobody's network. */
const SITE = '555555555555'

const siteDeployer: ExistingRole = {
  name: 'genai-site-deployer',
  trust: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: PLATFORM_DEPLOYER }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
    ],
  },
  policy: siteDeployerPolicy({ account: SITE, region: REGION }),
}

const tenantDeployer = (account: string): ExistingRole => ({
  name: 'genai-deployer',
  trust: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: PLATFORM_DEPLOYER }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
    ],
  },
  policy: tenantDeployerPolicy({ account, region: REGION }),
})

/** Of one tenant's stack in an account that several share. */
export const pooledDeployer = (account: string, tenantId: string, invocationLog: boolean): ExistingRole => ({
  ...tenantDeployer(account),
  name: `genai-deployer-${tenantId}`,
  policy: pooledDeployerPolicy({ account, region: REGION, tenantId, invocationLog }),
})

/** What bounds the roles of tenants that share an account, made by its administrator. */
export const tenantBoundaries = (account: string, tenantIds: readonly string[]): readonly ExistingPolicy[] =>
  tenantIds.map((tenantId) => ({
    name: tenantBoundaryName(tenantId),
    policy: tenantBoundary({ account, tenantId }),
  }))

/** Whom `genai doctor` asks as: in every account. */
const reader: ExistingRole = { name: DOCTOR_ROLE, trust: doctorTrust(PLATFORM_DEPLOYER), policy: doctorPolicy() }

/** Whom `genai usage reconcile` asks as: in every tenant's account. */
const accountant: ExistingRole = {
  name: USAGE_ROLE,
  trust: doctorTrust(PLATFORM_DEPLOYER),
  policy: reconcilePolicy({ records: true, bill: true }),
}

/** Who enforces a guardrail on a tenant's whole account. */
const guardian: ExistingRole = {
  name: GUARDRAIL_ROLE,
  trust: doctorTrust(PLATFORM_DEPLOYER),
  policy: enforcementPolicy(),
}

/** Who puts the secrets of a tenant's machines into the tenant's account. */
const keeper: ExistingRole = {
  name: SECRETS_ROLE,
  trust: doctorTrust(PLATFORM_DEPLOYER),
  policy: machineSecretsPolicy(),
}

/** The tenant's own people, whom nobody but the organisation's guard rails keeps from what their account can do. */
const tenantAdministrator: ExistingRole = {
  name: 'administrator',
  trust: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Federated: SIGN_IN }, Action: 'sts:AssumeRoleWithSAML' }],
  },
  policy: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Administer',
        Effect: 'Allow',
        Action: ['bedrock:*', 'bedrock-mantle:*', 'cloudwatch:*', 'ec2:*', 'iam:*', 'logs:*', 'ram:*', 'sts:*'],
        Resource: '*',
      },
    ],
  },
}

/** A role's policies as one document, which has no limit of length here. */
function together(documents: readonly PolicyDocument[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: documents.flatMap(({ Statement }) => Statement) }
}

/** What the tenant's own application server runs as: it may ask for tokens that say so, and nothing else. */
const application: ExistingRole = {
  name: 'application',
  trust: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
  policy: {
    Version: '2012-10-17',
    Statement: [{ Sid: 'SayWhoIAm', Effect: 'Allow', Action: 'sts:GetWebIdentityToken', Resource: '*' }],
  },
}

/** What is there in a tenant's account before its stack. */
export const tenantRoles = (account: string): readonly ExistingRole[] => [
  tenantDeployer(account),
  tenantAdministrator,
  application,
  reader,
  accountant,
  guardian,
  keeper,
]

/** In force on every tenant's account: the very policy that a platform team attaches to the tenants' unit on AWS. */
const tenantGuardRails = guardRails({ region: REGION, modelIds: MODELS })

/** Zone names are dealt out per account: `us-east-1a` here is not `us-east-1a` there. */
const zones = (order: readonly number[]) =>
  Object.fromEntries(order.map((number, index) => [`us-east-1${'abcdef'[index]}`, `use1-az${number}`]))

/** Of the issuer that an account has once `aws iam enable-outbound-web-identity-federation` was run in it; AWS makes these up. */
const outboundIdentity = (id: string) => `${id.slice(0, 8)}-0000-4000-8000-${id}`

const tenant = (id: string, name: string, order: readonly number[]): Account => ({
  id,
  name,
  models: MODELS,
  serviceControlPolicies: [tenantGuardRails],
  roles: tenantRoles(id),
  policies: tenantBoundaries(id, ['tenant1', 'tenant2', 'tenant3']),
  zones: zones(order),
  units: [TENANTS_UNIT],
  outboundIdentity: outboundIdentity(id),
})

export const organization: Organization = {
  id: 'o-genaiexample',
  arn: ORGANIZATION_ARN,
  ramSharing: true,
  deployerRoleArn: PLATFORM_DEPLOYER,
  profiles: {
    'genai-hub': PLATFORM_DEPLOYER,
    'genai-tenant1': 'arn:aws:iam::222222222222:role/genai-deployer',
    'genai-tenant2': 'arn:aws:iam::333333333333:role/genai-deployer',
    'genai-tenant3': 'arn:aws:iam::444444444444:role/genai-deployer',
    'genai-site': `arn:aws:iam::${SITE}:role/genai-site-deployer`,
    'administrator-tenant1': 'arn:aws:iam::222222222222:role/administrator',
    'administrator-tenant2': 'arn:aws:iam::333333333333:role/administrator',
    'administrator-tenant3': 'arn:aws:iam::444444444444:role/administrator',
    'application-tenant1': 'arn:aws:iam::222222222222:role/application',
    'application-tenant2': 'arn:aws:iam::333333333333:role/application',
    'application-tenant3': 'arn:aws:iam::444444444444:role/application',
  },
  accounts: [
    {
      id: HUB,
      name: 'hub',
      models: [],
      serviceControlPolicies: [],
      roles: [platformDeployer, reader],
      zones: zones([1, 2, 3, 4, 5, 6]),
      hostedZones: { Z0123456789EXAMPLEHUB: 'example.com' },
    },
    tenant('222222222222', 'tenant1', [4, 6, 1, 2, 5, 3]),
    tenant('333333333333', 'tenant2', [2, 1, 4, 3, 6, 5]),
    tenant('444444444444', 'tenant3', [6, 2, 5, 1, 3, 4]),
    {
      id: SITE,
      name: 'site',
      models: [],
      serviceControlPolicies: [],
      roles: [siteDeployer, reader],
      hostedZones: { Z0123456789EXAMPLESITE: 'chat.example.com' },
    },
  ],
}
