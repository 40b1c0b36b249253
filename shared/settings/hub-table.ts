/** The hub's settings, one by one. The checks between them are in hub.ts. */

import { HUB_PREFIXES } from '../addressing.ts'
import { DEFAULT_LISTENER_RULES, mostAllowedBlocks, RULES_PER_GROUP } from '../load-balancer-rules.ts'
import { KEY_SET_WAYS, type KeySetVia } from '../settings.ts'
import {
  accountSetting,
  CERTIFICATE_ARN,
  IMAGE,
  none,
  profileSetting,
  ROLE_ARN,
  roleArnSetting,
  TOPIC_ARN,
} from './common.ts'
import type { Setting } from './setting.ts'
import { MODEL_ID, modelRegions } from './spoke-table.ts'
import {
  account,
  anyCidr,
  integerIn,
  listOf,
  matching,
  numberIn,
  oneOf,
  PRIVATE_RANGES_TEXT,
  privateCidr,
  trueOrFalse,
} from './values.ts'

const ZONE = /^[a-z]{2}-[a-z]+-\d[a-z]$/
const REGION = /^(?!cn-)[a-z]{2}-[a-z]+-\d$/
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/
const SHARED_WITH_ARN =
  /^arn:aws:organizations::\d{12}:(organization\/o-[a-z0-9]{10,32}|ou\/o-[a-z0-9]{10,32}\/ou-[a-z0-9-]{6,68})$/

const role: Setting<'hub'> = {
  type: '`hub`',
  meaning: 'Which program the stack runs.',
  allowed: 'hub or spoke.',
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

const cidrBlock: Setting<string> = {
  type: 'CIDR block',
  meaning: "Addresses of the hub's VPC.",
  allowed: `a block of /${HUB_PREFIXES.largest} to /${HUB_PREFIXES.smallest} in ${PRIVATE_RANGES_TEXT}, outside of spokesCidrBlock.`,
  placeholder: '{BLOCK}',
  fallback: { value: '10.0.0.0/16', text: '`10.0.0.0/16`' },
  parse: privateCidr(HUB_PREFIXES.largest, HUB_PREFIXES.smallest),
}

const spokesCidrBlock: Setting<string> = {
  type: 'CIDR block',
  meaning:
    "The supernet that every spoke's CIDR block lies in; the only one that the hub routes to the Transit Gateway.",
  allowed: `a block of /8 to /20 in ${PRIVATE_RANGES_TEXT}, that does not overlap cidrBlock.`,
  placeholder: '{BLOCK}',
  fallback: { value: '10.64.0.0/10', text: '`10.64.0.0/10`' },
  parse: privateCidr(8, 20),
}

const availabilityZones: Setting<readonly string[]> = {
  type: 'list of text',
  meaning:
    "Zones of the hub, by their names in the hub's account. Add new ones at the end: the order decides the subnets' addresses.",
  allowed: 'two or three different zone names of the region, such as us-east-1a.',
  entries: 'list',
  placeholder: '{ZONE}',
  fallback: 'required',
  parse: listOf(matching(ZONE, 'the name of an availability zone'), 2, 3),
}

const leavingZone: Setting<string | undefined> = {
  type: 'text',
  meaning:
    'Zone that is about to be taken from the hub: tenants leave it with their next `up` (docs/operations.md, "Taking a zone away").',
  allowed: 'the last of three availabilityZones.',
  placeholder: '{ZONE}',
  fallback: none,
  parse: matching(ZONE, 'the name of an availability zone'),
}

const shareWithOrganisation: Setting<string | undefined> = {
  type: 'text',
  meaning: 'Organisation or organisational unit that the Transit Gateway is shared with (RAM sharing must be on).',
  allowed: 'the ARN of an organisation or organisational unit; not together with shareWithAccounts.',
  placeholder: '{ARN}',
  fallback: none,
  parse: matching(SHARED_WITH_ARN, 'the ARN of an organisation or organisational unit'),
}

const shareWithAccounts: Setting<readonly string[] | undefined> = {
  type: 'list of accounts',
  meaning:
    'Accounts outside of the organisation that tenants may be in: each spoke adds its own to the share and accepts the invitation.',
  allowed: '1 to 100 different account ids of 12 digits, quoted; not together with shareWithOrganisation.',
  entries: 'list',
  placeholder: '{ACCOUNT}',
  fallback: none,
  parse: listOf(account, 1, 100),
}

const domainName: Setting<string | undefined> = {
  type: 'text',
  meaning: 'Name of the gateway, in its certificate and its URL.',
  allowed: 'a lower-case host name, such as genai.example.com, with hostedZoneId or certificateArn.',
  placeholder: '{NAME}',
  fallback: none,
  parse: matching(DOMAIN, 'a lower-case host name', (raw) => raw.toLowerCase()),
}

const hostedZoneId: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Public hosted zone in the hub's account: the certificate is made and validated in it, and the domain name added to it.",
  allowed: 'the id of a Route 53 hosted zone, such as Z0123456789ABCDEFGHIJ; not together with certificateArn.',
  placeholder: '{ID}',
  fallback: none,
  parse: matching(/^Z[A-Z0-9]{3,31}$/, 'the id of a hosted zone'),
}

const certificateArn: Setting<string | undefined> = {
  type: 'text',
  meaning: 'Existing certificate for the domain name; the DNS record is then yours to make.',
  allowed: "the ARN of an ACM certificate in the hub's account and region; not together with hostedZoneId.",
  placeholder: '{ARN}',
  fallback: none,
  parse: matching(CERTIFICATE_ARN, 'the ARN of an ACM certificate'),
}

const allowInsecureHttp: Setting<boolean> = {
  type: 'true or false',
  meaning:
    'Demo only: a listener without TLS, over which tokens and prompts travel readable. Instead of a domain name.',
  allowed: 'true or false; true only without domainName, hostedZoneId and certificateArn.',
  placeholder: '{true or false}',
  fallback: { value: false, text: '`false`' },
  parse: trueOrFalse,
}

/** As many as the load balancer's security group has room for, whatever else is set. */
const MOST_BLOCKS = mostAllowedBlocks({ kind: 'insecureHttp' }, false)

const allowedCidrBlocks: Setting<readonly string[]> = {
  type: 'list of CIDR blocks',
  meaning: 'Who may reach the load balancer.',
  allowed: `1 to ${mostAllowedBlocks({ kind: 'hostedZone' }, false)} different IPv4 CIDR blocks, one fewer with clientInstance; with allowInsecureHttp 1 to ${MOST_BLOCKS}. 0.0.0.0/0 is everybody.`,
  entries: 'list',
  placeholder: '{BLOCK}',
  fallback: 'required',
  parse: listOf(anyCidr, 1, MOST_BLOCKS),
}

const wafRateLimit: Setting<number> = {
  type: 'whole number',
  meaning: 'Requests in five minutes from one source address, after which the firewall blocks it.',
  allowed: '10 to 2000000000.',
  placeholder: '{NUMBER}',
  fallback: { value: 2000, text: '`2000`' },
  parse: integerIn(10, 2_000_000_000),
}

const clientInstance: Setting<boolean> = {
  type: 'true or false',
  meaning: 'A small EC2 instance in a public subnet to send test requests from.',
  allowed: 'true or false.',
  placeholder: '{true or false}',
  fallback: { value: false, text: '`false`' },
  parse: trueOrFalse,
}

const dashboard: Setting<boolean> = {
  type: 'true or false',
  meaning:
    'A CloudWatch dashboard of all tenants. Each tenant then has three or four custom metrics with its next `up` (docs/governance.md says what they cost).',
  allowed: 'true or false.',
  placeholder: '{true or false}',
  fallback: { value: false, text: '`false`' },
  parse: trueOrFalse,
}

const keySetVia: Setting<KeySetVia> = {
  type: '`endpoint`, `nat`, `inline` or `table`',
  meaning:
    "How the functions get the user pool's key set: Cognito's interface endpoint, a NAT gateway per zone, a copy made at deployment (no key rotation), or a table that a function of the hub fills every minute.",
  allowed: 'endpoint, nat, inline or table.',
  placeholder: '{WAY}',
  fallback: { value: 'endpoint', text: '`endpoint`' },
  parse: oneOf(KEY_SET_WAYS),
}

const userPoolDomain: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Prefix of the user pool's domain, `PREFIX.auth.REGION.amazoncognito.com`, where machines get tokens by client credentials. Nobody else in the region may have it. A pool with a domain is not reached by `keySetVia: endpoint`.",
  allowed:
    '1 to 63 lower-case letters, digits and hyphens, no hyphen at either end, without the words aws, amazon and cognito.',
  placeholder: '{PREFIX}',
  fallback: none,
  parse: matching(
    /^(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "the prefix of a user pool's domain",
  ),
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

const concurrencyLimit: Setting<number> = {
  type: 'whole number',
  meaning:
    "Lambda's concurrent executions that the hub's account has (its quota): the tenants' reservations are added up against it.",
  allowed: '101 to 1000000: AWS keeps 100 of them unreserved.',
  placeholder: '{NUMBER}',
  fallback: { value: 1000, text: '`1000`' },
  parse: integerIn(101, 1_000_000),
}

const fargate: Setting<boolean> = {
  type: 'true or false',
  meaning:
    'Makes what tenants with `compute: fargate` need: a cluster, a repository of images, endpoints for both and for their logs (docs/limits-and-costs.md says what it costs).',
  allowed: 'true or false.',
  placeholder: '{true or false}',
  fallback: { value: false, text: '`false`' },
  parse: trueOrFalse,
}

/** AWS General Reference, Amazon ECS endpoints and quotas: "Fargate On-Demand vCPU resource count", L-3032A538. New accounts may have less. */
const DEFAULT_VCPUS = 6

const fargateVcpuLimit: Setting<number> = {
  type: 'whole number',
  meaning:
    "vCPUs that the hub's account may run on Fargate at a time (its quota, L-3032A538): twice the most tasks of every tenant on Fargate must fit.",
  allowed: '1 to 100000.',
  placeholder: '{NUMBER}',
  fallback: { value: DEFAULT_VCPUS, text: `\`${DEFAULT_VCPUS}\`` },
  parse: integerIn(1, 100_000),
}

const listenerRules: Setting<number> = {
  type: 'whole number',
  meaning:
    'Rules that the load balancer may have (its quota, 100 unless it was raised): a tenant on Lambda takes one, one on Fargate two, each of its machines one, and ten stay free.',
  allowed: '100 to 1000.',
  placeholder: '{NUMBER}',
  fallback: { value: DEFAULT_LISTENER_RULES, text: `\`${DEFAULT_LISTENER_RULES}\`` },
  parse: integerIn(DEFAULT_LISTENER_RULES, 1000),
}

const centralModels: Setting<readonly string[] | undefined> = {
  type: 'list of text',
  meaning:
    "Makes one model endpoint in the hub's VPC, which tenants with `modelEndpoint: hub` share instead of having their own, and lists what may be called through it (docs/variants.md says what that costs and what is lost).",
  allowed: '1 to 50 different model or inference profile ids, such as us.amazon.nova-2-lite-v1:0.',
  entries: 'list',
  placeholder: '{MODEL}',
  fallback: none,
  parse: listOf(matching(MODEL_ID, 'a model or inference profile id'), 1, 50),
}

const centralModelRegions: Setting<Readonly<Record<string, readonly string[]>>> = {
  ...modelRegions,
  meaning:
    'With `centralModels`: where requests to inference profiles of a geography may go through the shared endpoint, as `modelRegions` of a spoke.',
}

const securityGroupRules: Setting<number> = {
  type: 'whole number',
  meaning:
    "With `centralModels`: inbound rules that a security group may have in the hub's account (its quota, L-0EA8095F, 60 unless it was raised). Each tenant at the shared endpoint takes one.",
  allowed: '60 to 200.',
  placeholder: '{NUMBER}',
  fallback: { value: RULES_PER_GROUP, text: `\`${RULES_PER_GROUP}\`` },
  parse: integerIn(RULES_PER_GROUP, 200),
}

const gatewayBaseImage: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Image that the gateway's image for Fargate is built on. `npm run genai -- image --aws` looks it up once and writes it here, for review.",
  allowed: 'a repository and a digest, REPOSITORY@sha256:DIGEST.',
  placeholder: '{REPOSITORY}@sha256:{DIGEST}',
  fallback: none,
  parse: matching(IMAGE, 'a repository and a digest'),
}

/** What CloudWatch Logs can be told, besides to keep everything for ever. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const

const auditRetentionDays: Setting<number> = {
  type: 'whole number',
  meaning: 'Days for which the audit trail is kept: a line for every decision about a request, of every tenant.',
  allowed: `one of ${RETENTION_DAYS.join(', ')}.`,
  placeholder: '{DAYS}',
  fallback: { value: 365, text: '`365`' },
  parse: numberIn(RETENTION_DAYS),
}

const alarmTopicArn: Setting<string | undefined> = {
  type: 'text',
  meaning:
    'SNS topic that alarms of the hub and of every tenant notify, when they start and when they are over. Its policy must let CloudWatch publish.',
  allowed: "the ARN of a standard SNS topic in the hub's region, arn:aws:sns:REGION:ACCOUNT:NAME.",
  placeholder: '{ARN}',
  fallback: none,
  parse: matching(TOPIC_ARN, 'the ARN of a standard SNS topic'),
}

const deletionProtection: Setting<boolean> = {
  type: 'true or false',
  meaning: 'Protects what loses data (user pool, table, logs) from deletion, in AWS and in Pulumi.',
  allowed: 'true or false.',
  placeholder: '{true or false}',
  fallback: { value: true, text: '`true`' },
  parse: trueOrFalse,
}

/** Every setting of a hub stack, in the order of docs/settings.md. */
export const HUB_TABLE = {
  role,
  account: accountSetting("The hub's AWS account."),
  region,
  roleArn: roleArnSetting("Role in the hub's account to deploy with; without it, the credentials at hand."),
  profile: profileSetting('Profile of the AWS configuration file to take credentials from.'),
  cidrBlock,
  spokesCidrBlock,
  availabilityZones,
  leavingZone,
  shareWithOrganisation,
  shareWithAccounts,
  domainName,
  hostedZoneId,
  certificateArn,
  allowInsecureHttp,
  allowedCidrBlocks,
  wafRateLimit,
  clientInstance,
  keySetVia,
  userPoolDomain,
  deployers,
  concurrencyLimit,
  fargate,
  fargateVcpuLimit,
  listenerRules,
  centralModels,
  centralModelRegions,
  securityGroupRules,
  gatewayBaseImage,
  auditRetentionDays,
  alarmTopicArn,
  dashboard,
  deletionProtection,
} as const
