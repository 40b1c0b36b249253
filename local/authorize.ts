/**
 * Every decision of every service, in one place: identity policies, permissions boundary, session policy, resource or
 * trust policy, VPC endpoint policy and service control policies.
 */
import type { LedgerView } from './ledger.ts'
import type { Organization, PolicyDocument } from './organization.ts'

/** Who signed a request. Found by access key id in the credential store of `services/sts`. */
export interface Session {
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION_NAME` */
  readonly arn: string
  readonly account: string
  /** `arn:aws:iam::ACCOUNT:role/ROLE`, what `aws:PrincipalArn` is. */
  readonly roleArn: string
  readonly sessionName: string
  readonly tags: Readonly<Record<string, string>>
  readonly sessionPolicies: readonly PolicyDocument[]
  /** For credentials of a Lambda function's execution role: the function's ARN, `lambda:SourceFunctionArn`. */
  readonly sourceFunctionArn?: string
}

export interface ApiCall {
  /** `bedrock:InvokeModel` */
  readonly action: string
  /** ARN, or `*` where the action has no resource. */
  readonly resource: string
  /** Account that owns the resource. */
  readonly resourceAccount: string
  readonly region: string
  readonly session: Session | 'anonymous'
  /** Condition keys of the request, beyond those of the principal: `aws:SourceVpc`, `aws:SourceVpce`, `sts:ExternalId`, … */
  readonly context: Readonly<Record<string, string | readonly string[]>>
  /** Policy of the resource: a role's trust policy, a bucket's policy. */
  readonly resourcePolicy?: PolicyDocument
  /** Policy of the VPC endpoint that the request came through. */
  readonly endpointPolicy?: PolicyDocument
}

/** The layer that refused. */
export type Layer = 'identity' | 'boundary' | 'session' | 'resource' | 'endpoint' | 'serviceControl'

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly layer: Layer; readonly explicit: boolean; readonly message: string }

export type Authorize = (call: ApiCall) => Promise<Decision>

export declare function createAuthorize(ledger: LedgerView, organization: Organization): Authorize
