/** What the checks are about: this machine, the hub and its tenants, each with the account that its stack file names. */
import type { HubSettings, SpokeSettings } from '../../shared/settings.ts'
import type { StackFiles } from '../tenant/stack-files.ts'
import type { Clients } from './clients.ts'

export interface Machine {
  readonly kind: 'machine'
  readonly subject: 'this machine'
  /** False if a tool other than the Pulumi CLI deploys the stack. */
  readonly needsPulumi: boolean
}

interface OfStack {
  readonly subject: string
  readonly stack: string
  readonly project: string
  readonly account: string
  readonly region: string
  /**
   * Calls are signed with the account's read-only role.
   * @throws NoAccess if the role cannot be used
   */
  readonly clients: () => Promise<Clients>
  /**
   * The identity of the stack file's own credentials. They are used for nothing else: the session policy of an assumed role denies everything.
   */
  readonly deployer: (which: 'account' | 'hub') => Promise<Identity>
}

export interface Identity {
  readonly account: string
  readonly arn: string
}

export interface HubSubject extends OfStack {
  readonly kind: 'hub'
  readonly settings: HubSettings
}

export interface TenantSubject extends OfStack {
  readonly kind: 'tenant'
  readonly settings: SpokeSettings
}

export type Subject = HubSubject | TenantSubject

export interface World {
  readonly where: 'AWS' | 'the local cloud'
  readonly files: StackFiles
  readonly hub: HubSubject | undefined
  /** Asked with the stack files' own credentials, because a flag says so. */
  readonly asDeployer: boolean
  /** All tenants of the hub, whichever of them is checked, because they share its quotas. */
  readonly tenants: readonly TenantSubject[]
}

/** Thrown if there are no credentials for an account; every check of it is then `notAsked`. */
export class NoAccess extends Error {
  override readonly name = 'NoAccess'
  readonly remedy: string

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.remedy = remedy
  }
}
