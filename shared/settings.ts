/**
 * The settings of a stack, as plain typed values. Reading them from `pulumi.Config` happens in index.ts only; everything
 * after works on these types.
 */
import type { Limits } from './limits.ts'
import type { GuardrailSettings } from './settings/guardrail.ts'
import type { MachineIssuer } from './tenant.ts'

/** How a provider gets its credentials. `ambient` is the AWS SDK's own chain (environment, SSO, instance role). */
export type Credentials =
  | { readonly kind: 'ambient' }
  | { readonly kind: 'profile'; readonly profile: string }
  | { readonly kind: 'role'; readonly roleArn: string; readonly profile?: string }

export type Listener =
  /** Certificate made here and validated by DNS records in the hosted zone; alias record for the domain name. */
  | { readonly kind: 'hostedZone'; readonly domainName: string; readonly hostedZoneId: string }
  /** An existing certificate for the domain name; the DNS record is the user's. */
  | { readonly kind: 'certificate'; readonly domainName: string; readonly certificateArn: string }
  /** Demo only: `allowInsecureHttp: true` was typed. */
  | { readonly kind: 'insecureHttp' }

export type Sharing =
  /** ARN of an organisation or organisational unit with RAM sharing turned on. */
  | { readonly kind: 'organisation'; readonly arn: string }
  /** Accounts outside the organisation: each spoke associates itself and accepts the invitation. */
  | { readonly kind: 'accounts'; readonly accounts: readonly string[] }

/** How tenants' functions get the keys that tokens are signed with. */
export type KeySetVia = (typeof KEY_SET_WAYS)[number]
export const KEY_SET_WAYS = ['endpoint', 'nat', 'inline', 'table'] as const

/** The model endpoint of the hub. */
export interface CentralModelsSettings {
  /** Model or inference profile ids that may be called through it. */
  readonly modelIds: readonly string[]
  /** Where requests to profiles go, by geography. @default the list's */
  readonly modelRegions?: Readonly<Record<string, readonly string[]>>
  /** Inbound rules that its security group may have: one for each tenant that shares it. */
  readonly groupRules: number
}

export interface HubSettings {
  readonly role: 'hub'
  readonly account: string
  readonly region: string
  readonly credentials: Credentials
  readonly cidrBlock: string
  readonly spokesCidrBlock: string
  /** Zone names of the hub's account, such as `us-east-1a`; two or three. */
  readonly availabilityZones: readonly string[]
  /** The last of three zones, which tenants leave with their next `up`. */
  readonly leavingZone?: string
  readonly sharing: Sharing
  readonly listener: Listener
  /** Who may reach the load balancer. */
  readonly allowedCidrBlocks: readonly string[]
  /** Requests per five minutes and source address, 10–2,000,000,000. */
  readonly wafRateLimit: number
  readonly clientInstance: boolean
  readonly keySetVia: KeySetVia
  /** Prefix of the user pool's domain. */
  readonly userPoolDomain?: string
  /** ARNs of the roles that may assume the onboarding role. */
  readonly deployers: readonly string[]
  /** Lambda's concurrent executions that the hub's account has. */
  readonly concurrencyLimit: number
  /** What tenants need to run on Fargate. */
  readonly fargate: boolean
  /** vCPUs that the hub's account may run on Fargate. */
  readonly fargateVcpuLimit: number
  /** Rules that the load balancer may have. */
  readonly listenerRules: number
  /** There is a model endpoint that tenants share. @default none */
  readonly centralModels?: CentralModelsSettings
  /** Image that the gateway's is built on, `REPOSITORY@sha256:DIGEST`. */
  readonly gatewayBaseImage?: string
  /** Days for which the audit trail is kept. */
  readonly auditRetentionDays: number
  /** SNS topic that the hub's and the tenants' alarms notify. */
  readonly alarmTopicArn?: string
  /** There is a dashboard of all tenants, and tenants take the figures that it shows. */
  readonly dashboard?: true
  readonly deletionProtection: boolean
}

/** What a tenant's function gets; `reservedConcurrency` is taken from the hub account's limit. */
export interface Tier {
  readonly memoryMegabytes: number
  readonly timeoutSeconds: number
  readonly reservedConcurrency: number
}

export const TIERS = {
  small: { memoryMegabytes: 256, timeoutSeconds: 60, reservedConcurrency: 5 },
  medium: { memoryMegabytes: 512, timeoutSeconds: 120, reservedConcurrency: 10 },
  large: { memoryMegabytes: 1024, timeoutSeconds: 300, reservedConcurrency: 50 },
} as const satisfies Record<string, Tier>

/** What a tenant's tasks on Fargate get: each of them, and how many there are. */
export interface TaskTier {
  /** 1,024 are a vCPU. */
  readonly cpuUnits: number
  readonly memoryMegabytes: number
  /** Of one request, its answer included; at most what a deployment waits for ({@link DRAIN_SECONDS}). */
  readonly timeoutSeconds: number
  readonly minimumTasks: number
  readonly maximumTasks: number
}

/** How long a target that leaves may finish what it has begun: AWS's maximum. */
export const DRAIN_SECONDS = 3_600

export const TASK_TIERS = {
  small: { cpuUnits: 256, memoryMegabytes: 512, timeoutSeconds: DRAIN_SECONDS, minimumTasks: 2, maximumTasks: 4 },
  medium: { cpuUnits: 512, memoryMegabytes: 1024, timeoutSeconds: DRAIN_SECONDS, minimumTasks: 2, maximumTasks: 10 },
  large: { cpuUnits: 1024, memoryMegabytes: 2048, timeoutSeconds: DRAIN_SECONDS, minimumTasks: 2, maximumTasks: 20 },
} as const satisfies Record<keyof typeof TIERS, TaskTier>

/** What runs a tenant's gateway. */
export type Compute =
  | { readonly kind: 'lambda'; readonly tier: Tier }
  | {
      readonly kind: 'fargate'
      readonly tier: TaskTier
      /** `REPOSITORY@sha256:DIGEST` of an own pipeline. @default the hub's repository has the gateway of this version */
      readonly image?: string
    }

/** For people: `256 MB, 60 s, 5 requests at a time`. */
export const tierFigures = ({ memoryMegabytes, timeoutSeconds, reservedConcurrency }: Tier): string =>
  `${memoryMegabytes} MB, ${timeoutSeconds} s, ${reservedConcurrency} requests at a time`

/** For people: `2 to 4 tasks of 0.25 vCPU and 512 MB, 3600 s`. */
export const taskTierFigures = (tier: TaskTier): string =>
  `${tier.minimumTasks} to ${tier.maximumTasks} tasks of ${tier.cpuUnits / 1024} vCPU and ${tier.memoryMegabytes} MB, ${tier.timeoutSeconds} s`

/** Every preset with its figures, wherever one is chosen. */
export const TIER_CHOICES = Object.entries(TIERS)
  .map(([name, tier]) => `${name} (${tierFigures(tier)})`)
  .join(', ')

export const TASK_TIER_CHOICES = Object.entries(TASK_TIERS)
  .map(([name, tier]) => `${name} (${taskTierFigures(tier)})`)
  .join(', ')

export interface SpokeSettings {
  readonly role: 'spoke'
  /** Fully qualified hub stack, default `${organization}/${project}/hub`. */
  readonly hubStack: string
  readonly tenantId: string
  readonly account: string
  /** For the tenant's account. */
  readonly credentials: Credentials
  /** For the hub's account, from which the onboarding role is assumed. */
  readonly hubCredentials: Credentials
  readonly cidrBlock: string
  /** Zone ids such as `use1-az1`, one to three, each among the hub's. */
  readonly availabilityZoneIds: readonly string[]
  /** The names a tenant may use → Bedrock model or inference profile id. */
  readonly models: Readonly<Record<string, string>>
  /** By the name in `models`: asked in this order when Bedrock has no capacity for the one before. */
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
  /** By the name in `models`: tokens of an answer where the caller names no number. */
  readonly maxTokens?: Readonly<Record<string, number>>
  readonly defaultModel: string
  /** Geography of inference profiles → regions that their requests go to, instead of the list's. */
  readonly modelRegions: Readonly<Record<string, readonly string[]>>
  readonly compute: Compute
  /** Opt-in: one per account and region, and it records prompts. */
  readonly modelInvocationLogging: boolean
  /** By the name in their path. */
  readonly machineIssuers: Readonly<Record<string, MachineIssuer>>
  readonly limits?: Limits
  /** Carried by every call of the tenant's models. @default none */
  readonly guardrail?: GuardrailSettings
}

export type Settings = HubSettings | SpokeSettings
