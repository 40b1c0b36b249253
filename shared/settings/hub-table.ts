/** The hub's settings, grouped by subject. The checks between them are in hub.ts. */
import { accountSetting, profileSetting, ROLE_ARN, roleArnSetting } from './common.ts'
import * as capacity from './of-hub/capacity.ts'
import * as central from './of-hub/central-models.ts'
import * as federation from './of-hub/federation.ts'
import * as frontDoor from './of-hub/front-door.ts'
import * as identity from './of-hub/identity.ts'
import * as records from './of-hub/monitoring.ts'
import * as network from './of-hub/network.ts'
import type { Setting, Values } from './setting.ts'
import { listOf, matching, oneOf } from './values.ts'

const REGION = /^(?!cn-)[a-z]{2}-[a-z]+-\d$/

const role: Setting<'hub'> = {
  type: '`hub`',
  meaning: 'Which program the stack runs.',
  allowed: 'hub, spoke or site.',
  placeholder: '{ROLE}',
  fallback: 'required',
  parse: oneOf(['hub']),
}

const region: Setting<string> = {
  type: 'text',
  meaning: 'Region of the hub and of every spoke.',
  allowed: 'a region of the aws partition, such as us-east-1.',
  placeholder: '{REGION}',
  fallback: 'required',
  parse: matching(REGION, 'a region of the aws partition'),
}

const deployers: Setting<readonly string[]> = {
  type: 'list of role ARNs',
  meaning: "The platform team's roles that may assume the onboarding role. Whoever holds it is trusted with the hub.",
  allowed: '1 to 10 different ARNs of IAM roles, arn:aws:iam::ACCOUNT:role/NAME.',
  entries: 'list',
  placeholder: 'arn:aws:iam::{ACCOUNT}:role/{NAME}',
  fallback: 'required',
  parse: listOf(matching(ROLE_ARN, 'the ARN of an IAM role'), 1, 10),
}

/** Every setting of a hub stack, in the order of docs/settings.md. */
export const HUB_TABLE = {
  role,
  account: accountSetting("The hub's AWS account."),
  region,
  roleArn: roleArnSetting("Role in the hub's account to deploy with; without it, the credentials at hand."),
  profile: profileSetting('Profile of the AWS configuration file to take credentials from.'),
  cidrBlock: network.cidrBlock,
  spokesCidrBlock: network.spokesCidrBlock,
  availabilityZones: network.availabilityZones,
  leavingZone: network.leavingZone,
  shareWithOrganisation: network.shareWithOrganisation,
  shareWithAccounts: network.shareWithAccounts,
  domainName: frontDoor.domainName,
  hostedZoneId: frontDoor.hostedZoneId,
  certificateArn: frontDoor.certificateArn,
  allowInsecureHttp: frontDoor.allowInsecureHttp,
  loadBalancer: frontDoor.loadBalancer,
  endpointService: frontDoor.endpointService,
  endpointServiceAccounts: frontDoor.endpointServiceAccounts,
  allowedCidrBlocks: frontDoor.allowedCidrBlocks,
  wafRateLimit: frontDoor.wafRateLimit,
  clientInstance: frontDoor.clientInstance,
  keySetVia: identity.keySetVia,
  userPoolDomain: identity.userPoolDomain,
  userPoolMfa: identity.userPoolMfa,
  identity: identity.identity,
  federatedProviders: federation.federatedProviders,
  federatedSecrets: federation.federatedSecrets,
  browserOrigin: frontDoor.browserOrigin,
  deployers,
  concurrencyLimit: capacity.concurrencyLimit,
  fargate: capacity.fargate,
  fargateVcpuLimit: capacity.fargateVcpuLimit,
  listenerRules: capacity.listenerRules,
  centralModels: central.centralModels,
  centralModelRegions: central.centralModelRegions,
  securityGroupRules: central.securityGroupRules,
  gatewayBaseImage: capacity.gatewayBaseImage,
  auditRetentionDays: records.auditRetentionDays,
  alarmTopicArn: records.alarmTopicArn,
  dashboard: records.dashboard,
  accountMetrics: records.accountMetrics,
  deletionProtection: records.deletionProtection,
} as const

/** Settings that are only parts of other values: credentials, sharing, listener, the shared model endpoint, the endpoint service. */
export const HUB_PARTS = [
  'roleArn',
  'profile',
  'shareWithOrganisation',
  'shareWithAccounts',
  'domainName',
  'hostedZoneId',
  'certificateArn',
  'allowInsecureHttp',
  'centralModels',
  'centralModelRegions',
  'securityGroupRules',
  'endpointService',
  'endpointServiceAccounts',
] as const

export type HubValues = Values<typeof HUB_TABLE>

/** Which part of a setting is wrong, and what was meant; or between which settings the author has to choose. */
interface Fix {
  readonly at?: string
  readonly meant?: string
  readonly choice?: string
}

export type Refuse = (setting: keyof HubValues, got: string, fix?: Fix) => void
