import type { Authorize } from '../iam/authorize.ts'
import type { Declared, LedgerView, Properties } from '../ledger/ledger.ts'
import type { Organization } from '../organization.ts'

/** What the functions of a row get: account, region and name of the resource, its inputs, and the ledger. */
export interface Situation {
  readonly urn: string
  /** Logical name, the last part of the URN. */
  readonly name: string
  readonly account: string
  readonly region: string
  readonly inputs: Properties
  readonly ledger: LedgerView
  readonly organization: Organization
  /** The existing resource, for an update. */
  readonly current?: Declared
  /** Evaluates policies as they are in `ledger`, for refusals that depend on a role's permissions. */
  readonly authorize?: Authorize
  /**
   * A stable token of lower-case hexadecimal digits, derived from the URN and the inputs that replace: the material for
   * ids, so that the same declaration gets the same id in every run. `stableToken(17)` for `vpc-0…`.
   */
  stableToken(length: number, salt?: string): string
}

/** A permission that a deployer needs. It is checked before the change is made. */
export interface Permission {
  readonly action: string
  readonly resource: string
  /** Condition keys besides those of the principal. */
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

/** @param made the row's answer: the resource's id, and its ARN if it has one */
export type Permissions = (operation: Operation, situation: Situation, made: Made) => readonly Permission[]

/** By which id an existing resource is imported, as the AWS provider documents it. */
export interface ImportId {
  /** The form, for the error about an id of another form. */
  readonly format: string
  readonly pattern: RegExp
  /** All ids under which the resource can be imported. */
  readonly of: (resource: Declared) => readonly string[]
}

/** One resource type of the local cloud. Each row is a file. */
export interface ResourceType {
  /** Pulumi type token. */
  readonly type: string
  /**
   * The inputs that this row knows; any other is refused by name. `a.b` names an input inside the objects of `a` (or of its list); if one of
   * these is named, all must be. An input without such paths is accepted with any content: tags, policies, environment variables.
   */
  readonly inputs: readonly string[]
  /** Inputs whose change replaces the resource (terraform-provider-aws: ForceNew). */
  readonly replaces: readonly string[]
  /** The AWS provider's defaults for inputs that are left out. Writing a default down, or removing it, is no change. */
  readonly defaults?: Properties
  /** Inputs, or paths inside an input, of which only some changes replace the resource. */
  readonly replacesWhen?: (before: Properties, after: Properties) => readonly string[]
  /**
   * The input with the resource's name, which Pulumi generates if it is not given. If a replacement keeps a given name, the old resource is
   * deleted first, because two cannot have the same name.
   */
  readonly named?: string
  /** Inputs that AWS's API or the provider's schema requires. */
  readonly required?: readonly string[]
  /**
   * References that do not block deletion: this resource is deleted together with what they name, or AWS accepts that it
   * is left behind. `all`: no reference of this resource blocks a deletion.
   */
  readonly releases?: readonly string[] | 'all'
  /** Error code of a deletion while others still contain the id. @default 'DependencyViolation' */
  readonly heldCode?: string
  /**
   * Outputs besides the id by which other resources refer to this one.
   * @default ['arn'] if there is one
   */
  readonly heldByOutputs?: readonly string[]
  /**
   * The inputs of other resources, `TYPE.INPUT`, that refer to this one. They are used in place of a scan of all inputs, for a name that may
   * mean something else elsewhere. Empty: no reference prevents a deletion.
   */
  readonly heldThrough?: readonly string[]
  /** Refuses as AWS would, given the existing resources, by throwing {@link AwsError}. Called before a creation and before an update. */
  readonly refuse?: (situation: Situation) => void | Promise<void>
  /**
   * Calls that AWS needs after the creation (a function's reserved concurrency). If one refuses, the resource exists without these inputs: the
   * deployment fails, but the resource must not be lost.
   */
  readonly afterwards?: readonly {
    readonly inputs: readonly string[]
    readonly refuse: (situation: Situation) => void | Promise<void>
  }[]
  /** Whether the AWS provider repeats a deletion that AWS refuses because something still exists. */
  readonly patient?: boolean
  /** Refuses a deletion for other reasons than references to the resource's id. */
  readonly refuseDelete?: (resource: Declared, ledger: LedgerView, organization: Pick<Organization, 'images'>) => void
  /** The id, and the outputs that are not inputs. */
  readonly answer: (situation: Situation) => Made
  /** The calls that the AWS provider makes, which a deployer must be allowed. */
  readonly permissions: Permissions
  /**
   * `never`: the AWS provider cannot import it.
   * @default the resource's own id
   */
  readonly importId?: ImportId | 'never'
}

/** What a data source gets. */
export interface Call extends Pick<Situation, 'account' | 'region' | 'inputs' | 'ledger' | 'organization'> {
  /** The caller's ARN, as in the answer of `GetCallerIdentity`. */
  readonly callerArn: string
}

/** One data source (`aws.ec2.getRouteTable`): reads the ledger, changes nothing. */
export interface InvokeType {
  readonly token: string
  /** The inputs that this row knows; any other is refused by name. */
  readonly inputs: readonly string[]
  readonly answer: (call: Call) => Properties
  /** The calls that the AWS provider makes. */
  readonly permissions: (call: Call) => readonly Permission[]
}
