import type { Authorize } from '../iam/authorize.ts'
import type { Declared, LedgerView, Properties } from '../ledger/ledger.ts'
import type { Organization } from '../organization.ts'

/** What the functions of a row receive: account, region and name of the resource, its inputs, and the ledger. */
export interface Situation {
  readonly urn: string
  /** Logical name, the last part of the URN. */
  readonly name: string
  readonly account: string
  readonly region: string
  readonly inputs: Properties
  readonly ledger: LedgerView
  readonly organization: Organization
  /** On an update, what is there now. */
  readonly current?: Declared
  /** Evaluates policies as they are in `ledger`, for refusals that depend on a role's permissions. */
  readonly authorize?: Authorize
  /**
   * A stable token of lower-case hexadecimal digits, derived from the URN and the inputs that replace: the material for
   * ids, so that the same declaration gets the same id in every run. `stableToken(17)` for `vpc-0…`.
   */
  stableToken(length: number, salt?: string): string
}

/** One permission that a deployer needs: evaluated before the change is made. */
export interface Permission {
  readonly action: string
  readonly resource: string
  /** Condition keys beyond those of the principal. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
  /**
   * Runs after creation and sets these inputs (none where it only reads). If it is denied, the resource exists without them.
   */
  readonly sets?: readonly string[]
}

export type Operation = 'create' | 'read' | 'update' | 'delete'

export interface Made {
  readonly id: string
  readonly outputs: Properties
}

/** @param made what the row answers: the resource's id, and its ARN where it has one */
export type Permissions = (operation: Operation, situation: Situation, made: Made) => readonly Permission[]

/** By which id an existing resource is imported, as the AWS provider documents it. */
export interface ImportId {
  /** For the message that refuses another form. */
  readonly format: string
  readonly pattern: RegExp
  /** All that are good. */
  readonly of: (resource: Declared) => readonly string[]
}

/** One resource type of the local cloud: a row in a table, one file each. */
export interface ResourceType {
  /** Pulumi type token. */
  readonly type: string
  /**
   * Inputs known to this row; any other fails loudly. `a.b` names an input inside the objects of `a` (or of its list); once
   * one is named, all must be. An input without any such is taken whole: tags, policies, environment variables.
   */
  readonly inputs: readonly string[]
  /** Inputs whose change replaces the resource (terraform-provider-aws: ForceNew). */
  readonly replaces: readonly string[]
  /** What the AWS provider puts in for inputs that are left out: to write it down, or to take it out again, is no change. */
  readonly defaults?: Properties
  /** Inputs, or paths inside of one, that replace for some changes of value only. */
  readonly replacesWhen?: (before: Properties, after: Properties) => readonly string[]
  /**
   * The input that is the resource's name, which Pulumi makes up where it is not given. A replacement that keeps a given
   * name deletes before it creates, as the name is taken otherwise.
   */
  readonly named?: string
  /** Inputs without which AWS's API or the provider's schema refuses. */
  readonly required?: readonly string[]
  /**
   * References that do not block deletion: this resource is deleted together with what they name, or AWS accepts that it
   * is left behind. `all`: no reference of this resource blocks a deletion.
   */
  readonly releases?: readonly string[] | 'all'
  /** Error code of a deletion while others still contain the id. @default 'DependencyViolation' */
  readonly heldCode?: string
  /**
   * Outputs by which others hold this resource, besides its id.
   * @default ['arn'] where there is one
   */
  readonly heldByOutputs?: readonly string[]
  /**
   * The inputs of others, `TYPE.INPUT`, through which this resource is held: instead of the scan of all inputs, for what is
   * known by a name that may mean something else elsewhere. Empty: nothing holds it.
   */
  readonly heldThrough?: readonly string[]
  /** Refuses as AWS would, given what is there: throws {@link AwsError}. Called before create and before update. */
  readonly refuse?: (situation: Situation) => void | Promise<void>
  /**
   * Calls that AWS needs once the resource is there (a function's reserved concurrency). When one refuses, the resource exists
   * without these inputs: the deployment fails, and the resource must not be lost.
   */
  readonly afterwards?: readonly {
    readonly inputs: readonly string[]
    readonly refuse: (situation: Situation) => void | Promise<void>
  }[]
  /** The AWS provider tries a deletion again while AWS refuses it for what is still there. */
  readonly patient?: boolean
  /** Refuses a deletion beyond the generic scan for resources that still contain the id. */
  readonly refuseDelete?: (resource: Declared, ledger: LedgerView, organization: Pick<Organization, 'images'>) => void
  /** Id and the outputs beyond the inputs. */
  readonly answer: (situation: Situation) => Made
  /** The calls that the AWS provider makes: what a deployer must be allowed. */
  readonly permissions: Permissions
  /** `never`: the AWS provider has no way to import it. @default the resource's own id */
  readonly importId?: ImportId | 'never'
}

/** What a data source is given. */
export interface Call extends Pick<Situation, 'account' | 'region' | 'inputs' | 'ledger' | 'organization'> {
  /** ARN of the caller, as `GetCallerIdentity` answers it. */
  readonly callerArn: string
}

/** One data source (`aws.ec2.getRouteTable`): reads the ledger, changes nothing. */
export interface InvokeType {
  readonly token: string
  /** Inputs known to this row; any other fails loudly. */
  readonly inputs: readonly string[]
  readonly answer: (call: Call) => Properties
  /** The calls that the AWS provider makes. */
  readonly permissions: (call: Call) => readonly Permission[]
}
