/** An organisation for the cloud's own tests: a hub's account and three tenants' accounts, whose deployers may do everything. */
import type { Account, ExistingRole, Organization, PolicyDocument } from '../organization.ts'

const HUB = '111111111111'
const PLATFORM_DEPLOYER = `arn:aws:iam::${HUB}:role/platform-deployer`
const UNIT = `arn:aws:organizations::${HUB}:ou/o-genaiexample/ou-gen1-tenants0`
const MODELS = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0']

const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}

const trusting = (principal: Readonly<Record<string, string>>, ...actions: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: actions }],
})

const platformDeployer: ExistingRole = {
  name: 'platform-deployer',
  trust: trusting({ Federated: `arn:aws:iam::${HUB}:saml-provider/company` }, 'sts:AssumeRoleWithSAML'),
  policy: everything,
}

const tenantDeployer: ExistingRole = {
  name: 'genai-deployer',
  trust: trusting({ AWS: PLATFORM_DEPLOYER }, 'sts:AssumeRole', 'sts:TagSession'),
  policy: everything,
}

/** Zone names differ by account: `us-east-1a` of one account is another zone than `us-east-1a` of another. */
const zones = (order: readonly number[]) =>
  Object.fromEntries(order.map((number, index) => [`us-east-1${'abcdef'[index]}`, `use1-az${number}`]))

const tenant = (id: string, name: string, order: readonly number[]): Account => ({
  id,
  name,
  models: MODELS,
  serviceControlPolicies: [],
  roles: [tenantDeployer],
  zones: zones(order),
  units: [UNIT],
})

export const organization: Organization = {
  id: 'o-genaiexample',
  arn: `arn:aws:organizations::${HUB}:organization/o-genaiexample`,
  ramSharing: true,
  deployerRoleArn: PLATFORM_DEPLOYER,
  profiles: {
    'genai-hub': PLATFORM_DEPLOYER,
    'genai-tenant1': 'arn:aws:iam::222222222222:role/genai-deployer',
    'genai-tenant2': 'arn:aws:iam::333333333333:role/genai-deployer',
    'genai-tenant3': 'arn:aws:iam::444444444444:role/genai-deployer',
  },
  accounts: [
    {
      id: HUB,
      name: 'hub',
      models: [],
      serviceControlPolicies: [],
      roles: [platformDeployer],
      zones: zones([1, 2, 3, 4, 5, 6]),
      hostedZones: { Z0123456789EXAMPLEHUB: 'example.com' },
    },
    tenant('222222222222', 'tenant1', [4, 6, 1, 2, 5, 3]),
    tenant('333333333333', 'tenant2', [2, 1, 4, 3, 6, 5]),
    tenant('444444444444', 'tenant3', [6, 2, 5, 1, 3, 4]),
  ],
}
