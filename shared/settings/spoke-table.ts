/** A spoke's settings. Those that the gateway gets are in ../gateway-settings.ts; the checks between settings are in spoke.ts. */
import { SPOKE_PREFIXES } from '../addressing.ts'
import { TENANT_ID } from '../tenant.ts'
import { accountSetting, hubStackSetting, profileSetting, roleArnSetting } from './common.ts'
import { compute, gatewayImage, tier } from './of-spoke/compute.ts'
import { TOLD_SETTINGS } from './of-spoke/gateway-settings.ts'
import { guardrail } from './of-spoke/guardrail.ts'
import { modelPerimeter, modelRegions, models } from './of-spoke/models.ts'
import { attachmentDeletion, groupCheck } from './of-spoke/unproven.ts'
import type { Setting } from './setting.ts'
import { simple } from './shapes.ts'
import { listOf, matching, oneOf, PRIVATE_RANGES_TEXT, privateCidr } from './values.ts'

const role: Setting<'spoke'> = {
  type: '`spoke`',
  meaning: 'Which program the stack runs.',
  allowed: 'hub, spoke or site.',
  placeholder: '{ROLE}',
  fallback: 'required',
  parse: oneOf(['spoke']),
}

const tenantId: Setting<string> = {
  type: 'text',
  meaning: "The tenant's id: in its path, its names, its users' tokens.",
  allowed: 'a lower-case letter, then 1 to 19 lower-case letters and digits.',
  placeholder: '{ID}',
  fallback: 'required',
  parse: matching(TENANT_ID, "a tenant's id"),
}

const modelEndpoint: Setting<'own' | 'hub'> = {
  type: '`own` or `hub`',
  meaning:
    'Where the tenant’s models are called: a network and an endpoint of its own, or the endpoint that the hub shares (`centralModels`), which has no fixed cost but fewer layers of isolation (docs/variants.md).',
  allowed: 'own or hub.',
  placeholder: '{ENDPOINT}',
  fallback: { value: 'own', text: '`own`' },
  parse: oneOf(['own', 'hub']),
}

const tenantClaimValue: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "The value of the claim `tenantClaim` by which the hub's external identity provider names this tenant: the value of an app role, the id of a group (docs/identity.md).",
  allowed: '1 to 256 visible ASCII characters, no spaces, braces or wildcards; with a hub that has identity.',
  placeholder: '{VALUE}',
  fallback: { value: undefined, text: 'the tenant’s id' },
  parse: matching(/^[\x21-\x29\x2b-\x3e\x40-\x7a]{1,256}$/, 'a value of a claim'),
}

const cidrBlock: Setting<string | undefined> = {
  type: 'CIDR block',
  meaning: "Addresses of the tenant's VPC; none with `modelEndpoint: hub`.",
  allowed: `a block of /${SPOKE_PREFIXES.largest} to /${SPOKE_PREFIXES.smallest} in ${PRIVATE_RANGES_TEXT}, inside of the hub's spokesCidrBlock, that no other tenant has.`,
  placeholder: '{BLOCK}',
  fallback: { value: undefined, text: '**required** with `modelEndpoint: own`' },
  parse: privateCidr(SPOKE_PREFIXES.largest, SPOKE_PREFIXES.smallest),
}

const availabilityZoneIds: Setting<readonly string[] | undefined> = {
  type: 'list of text',
  meaning:
    "Zones of the spoke, by their ids, which are the same in every account, each one of the hub's. Add new ones at the end: the order decides the subnets' addresses.",
  allowed: 'one to three different zone ids, such as use1-az1.',
  entries: 'list',
  placeholder: '{ZONE}',
  fallback: { value: undefined, text: '**required** with `modelEndpoint: own`' },
  parse: listOf(matching(/^[a-z]{2,5}\d-az\d$/, 'the id of an availability zone'), 1, 3),
}

const modelInvocationLogging = simple(
  { is: 'true or false' },
  {
    meaning:
      "Records prompts and answers in the tenant's account. One per account and region: an existing one is never overwritten.",
    fallback: false,
  },
)

const shareMetrics = simple(
  { is: 'true or false' },
  {
    meaning:
      "Shares Bedrock's own metrics of the tenant's account with the hub, for its dashboard. An account has one link to the hub: of several tenants in it, one sets this.",
    allowed: 'true or false; true only on a hub with accountMetrics.',
    fallback: false,
  },
)

const gatewayEndpoint = simple(
  { is: 'true or false' },
  {
    meaning:
      "Makes an endpoint for the hub's endpoint service in the tenant's VPC: clients in it reach the gateway under its own name without leaving AWS's network (docs/private-door.md). Their tokens are checked like those of all clients.",
    allowed: 'true or false; true only on a hub with endpointService.',
    fallback: false,
  },
)

const sharedAccount = simple(
  { is: 'true or false' },
  {
    meaning:
      'Several tenants share this account (pooled); each of them has to set this. They share its quotas, its bill and its service control policies. Things that an account can have only once belong to one of them (docs/variants.md).',
    allowed: 'true or false; true with tokensPerMinute in limits, of tenant or of every model.',
    fallback: false,
  },
)

const sharedAccountWithoutLimits = simple(
  { is: 'true or false' },
  {
    meaning:
      "With `sharedAccount`: the tenant needs no limits, although it can then use up the quotas of the account's other tenants.",
    allowed: 'true or false; true only with sharedAccount.',
    fallback: false,
  },
)

/** Every setting of a spoke stack, in the order of docs/settings.md. */
export const SPOKE_TABLE = {
  role,
  hubStack: hubStackSetting,
  tenantId,
  account: accountSetting("The tenant's AWS account."),
  roleArn: roleArnSetting("Role in the tenant's account to deploy with; without it, the credentials at hand."),
  profile: profileSetting("Profile to take the tenant's account's credentials from."),
  hubRoleArn: roleArnSetting('Role to assume the onboarding role from: one of the deployers of the hub.'),
  hubProfile: profileSetting('Profile to assume the onboarding role from.'),
  modelEndpoint,
  cidrBlock,
  availabilityZoneIds,
  models,
  ...TOLD_SETTINGS,
  guardrail,
  modelRegions,
  modelPerimeter,
  compute,
  tier,
  gatewayImage,
  modelInvocationLogging,
  shareMetrics,
  tenantClaimValue,
  groupCheck,
  attachmentDeletion,
  gatewayEndpoint,
  sharedAccount,
  sharedAccountWithoutLimits,
} as const

/** Settings that are only parts of other values: credentials, models with their chains, what runs the gateway. */
export const SPOKE_PARTS = [
  'hubStack',
  'roleArn',
  'profile',
  'hubRoleArn',
  'hubProfile',
  'availabilityZoneIds',
  'models',
  'defaultModel',
  'compute',
  'tier',
  'gatewayImage',
] as const
