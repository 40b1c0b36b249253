import type { AwsError } from '../errors.ts'
import type { Declared, LedgerView, Properties } from '../ledger.ts'
import type { Organization } from '../organization.ts'

/** What a row is given: where and as what a resource is being made, and all that is there already. */
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
}

/** One resource type of the local cloud: a row in a table, split in files by family. */
export interface ResourceType {
  /** Pulumi type token. */
  readonly type: string
  /** Inputs known to this row; any other fails loudly. */
  readonly inputs: readonly string[]
  /** Inputs whose change replaces the resource (terraform-provider-aws: ForceNew). */
  readonly replaces: readonly string[]
  /** Refuses as AWS would, given what is there: throws {@link AwsError}. Called before create and before update. */
  readonly refuse?: (situation: Situation) => void
  /** Refuses a deletion beyond the generic scan for resources that still contain the id. */
  readonly refuseDelete?: (resource: Declared, ledger: LedgerView) => void
  /** Id and the outputs beyond the inputs. */
  readonly answer: (situation: Situation) => { readonly id: string; readonly outputs: Properties }
  /** What the deployer must be allowed, for the control plane's IAM evaluation. */
  readonly permissions?: (
    operation: 'create' | 'read' | 'update' | 'delete',
    situation: Situation,
  ) => readonly Permission[]
}

/** One data source (`aws.ec2.getRouteTable`): reads the ledger, changes nothing. */
export interface InvokeType {
  readonly token: string
  readonly answer: (
    call: Pick<Situation, 'account' | 'region' | 'inputs' | 'ledger' | 'organization'>,
  ) => Properties
}
