/**
 * The organisation into which programs are deployed, the only thing that they do not declare: accounts, their service control policies,
 * the models that each may use, and the people who deploy. The caller of `startCloud` passes one in.
 */

/** IAM JSON. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** A role that exists before any stack: the people who deploy. */
export interface ExistingRole {
  readonly name: string
  readonly trust: PolicyDocument
  readonly policy: PolicyDocument
}

export interface Account {
  readonly id: string
  readonly name: string
  /** Model access that the account's administrator has requested: model or inference profile ids. */
  readonly models: readonly string[]
  /** In force on this account, from every level above it; empty means FullAWSAccess only. */
  readonly serviceControlPolicies: readonly PolicyDocument[]
  readonly roles: readonly ExistingRole[]
  /** Names of roles that AWS's services have made for themselves, by the service: `{ 'ecs.amazonaws.com': 'AWSServiceRoleForECS' }`. @default none */
  readonly serviceLinkedRoles?: Readonly<Record<string, string>>
  /** Availability zones as this account sees them: name → id. The same name is another zone in another account. */
  readonly zones?: Readonly<Record<string, string>>
  /** ARNs of the organisational units that the account is in. */
  readonly units?: readonly string[]
  /** The account is no member of the organisation: shares need an invitation. @default false */
  readonly outside?: boolean
  /** Public hosted zones that exist: id → domain. */
  readonly hostedZones?: Readonly<Record<string, string>>
  /** Certificates that exist: ARN → domain name. */
  readonly certificates?: Readonly<Record<string, string>>
  /** Ids of {@link hostedZones} that are private ones. */
  readonly privateZones?: readonly string[]
  /** Where model invocation logging goes that was there before any stack. */
  readonly invocationLogGroup?: string
  /** Quotas in force where they are not AWS's defaults, by their codes: `L-F678F1CE`. */
  readonly quotas?: Readonly<Record<string, number>>
  /** Outbound identity federation is on: the id in the account's issuer, `https://ID.tokens.sts.global.api.aws`. */
  readonly outboundIdentity?: string
  /** Lambda's concurrent executions. @default 1000 */
  readonly concurrencyLimit?: number
}

export interface Organization {
  readonly id: string
  readonly arn: string
  /** RAM sharing inside the organisation is turned on. */
  readonly ramSharing: boolean
  readonly accounts: readonly Account[]
  /** The role whose credentials a shell that runs `pulumi up` or `npm start` has: `ambient` credentials. */
  readonly deployerRoleArn: string
  /** AWS profiles of the deployer's machine: name → role ARN. */
  readonly profiles: Readonly<Record<string, string>>
  /** What somebody has pushed into the repositories of images. @default nothing */
  readonly images?: readonly Image[]
}

/** One image in a repository: what it is called there, and what its containers run. */
export interface Image {
  readonly repositoryName: string
  readonly tag: string
  /** `sha256:…` */
  readonly digest: string
  /** A CommonJS bundle, the whole of the program: the image has Node and this file. */
  readonly file: string
}

/** Whether an account belongs to the organisation. Those that do get shares without an invitation. */
export const isMember = (organization: Organization, account: string): boolean =>
  organization.accounts.some(({ id, outside }) => id === account && outside !== true)
