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

/** A managed policy that exists before any stack, such as the permissions boundary of the roles that a deployer makes. */
export interface ExistingPolicy {
  readonly name: string
  readonly policy: PolicyDocument
}

export interface Account {
  readonly id: string
  readonly name: string
  /** Models or inference profiles for which the account's administrator has requested access, by id. */
  readonly models: readonly string[]
  /** The service control policies that apply to this account, from all levels above it. Empty: only FullAWSAccess. */
  readonly serviceControlPolicies: readonly PolicyDocument[]
  readonly roles: readonly ExistingRole[]
  /**
   * Managed policies that exist before any stack.
   * @default none
   */
  readonly policies?: readonly ExistingPolicy[]
  /**
   * The names of existing service-linked roles, by service: `{ 'ecs.amazonaws.com': 'AWSServiceRoleForECS' }`.
   * @default none
   */
  readonly serviceLinkedRoles?: Readonly<Record<string, string>>
  /** Availability zones by their names in this account: name → id. In another account the same name may mean another zone. */
  readonly zones?: Readonly<Record<string, string>>
  /** The ARNs of the organisational units that contain the account. */
  readonly units?: readonly string[]
  /**
   * Whether the account is outside the organisation, so that shares need an invitation.
   * @default false
   */
  readonly outside?: boolean
  /** Existing hosted zones: id → domain. */
  readonly hostedZones?: Readonly<Record<string, string>>
  /** Existing certificates: ARN → domain name. */
  readonly certificates?: Readonly<Record<string, string>>
  /** The ids of those {@link hostedZones} that are private. */
  readonly privateZones?: readonly string[]
  /** The log group of a model invocation logging that existed before any stack. */
  readonly invocationLogGroup?: string
  /** Quotas that differ from AWS's defaults, by their codes: `L-F678F1CE`. */
  readonly quotas?: Readonly<Record<string, number>>
  /** Set if outbound identity federation is on: the id in the account's issuer, `https://ID.tokens.sts.global.api.aws`. */
  readonly outboundIdentity?: string
  /**
   * The account's quota of concurrent executions of Lambda.
   * @default 1000
   */
  readonly concurrencyLimit?: number
}

export interface Organization {
  readonly id: string
  readonly arn: string
  /** Whether RAM sharing inside the organisation is turned on. */
  readonly ramSharing: boolean
  readonly accounts: readonly Account[]
  /** The role of the shell that runs `pulumi up` or `npm start`: its `ambient` credentials. */
  readonly deployerRoleArn: string
  /** AWS profiles on the deployer's machine: name → role ARN. */
  readonly profiles: Readonly<Record<string, string>>
  /**
   * Images that were pushed into the repositories.
   * @default none
   */
  readonly images?: readonly Image[]
}

/** An image in a repository: its names, and the program that its containers run. */
export interface Image {
  readonly repositoryName: string
  readonly tag: string
  /** `sha256:…` */
  readonly digest: string
  /** A CommonJS bundle with the whole program. The image consists of Node and this file. */
  readonly file: string
}

/** Whether an account belongs to the organisation. Member accounts get shares without an invitation. */
export const isMember = (organization: Organization, account: string): boolean =>
  organization.accounts.some(({ id, outside }) => id === account && outside !== true)

/** Finds an account's existing managed policy by its ARN. Policies that a stack has declared are in the ledger. */
export function existingPolicy({ accounts }: Pick<Organization, 'accounts'>, arn: string): ExistingPolicy | undefined {
  const [, account, name] = /^arn:aws:iam::(\d{12}):policy\/(.+)$/.exec(arn) ?? []
  return accounts.find(({ id }) => id === account)?.policies?.find((one) => one.name === name)
}
