/** What the checks are about: this machine, the hub and its tenants, each with the account that its stack file names. */
import type { HubSettings, SpokeSettings } from '../../shared/settings.ts'
import type { StackFiles } from '../tenant/stack-files.ts'
import type { Clients } from './clients.ts'

export interface Machine {
  readonly kind: 'machine'
  readonly subject: 'this machine'
  /** False if something other than the Pulumi CLI deploys. */
  readonly needsPulumi: boolean
}

interface OfStack {
  readonly subject: string
  readonly stack: string
  readonly project: string
  readonly account: string
  readonly region: string
  /** Signed by the read-only role of the account. @throws NoAccess where it cannot be had */
  readonly clients: () => Promise<Clients>
  /** Whose the stack file's own credentials are. They are used for nothing else: an assumed role's session policy denies everything. */
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
  /** Asked with the stack files' own credentials, because somebody said so. */
  readonly asDeployer: boolean
  /** Every tenant of the hub, whichever is asked about: they share its quotas. */
  readonly tenants: readonly TenantSubject[]
}

/** There are no credentials for an account, so every check of it is `notAsked`. */
export class NoAccess extends Error {
  override readonly name = 'NoAccess'
  readonly remedy: string

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.remedy = remedy
  }
}
