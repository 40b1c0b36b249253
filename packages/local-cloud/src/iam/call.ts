/** The input and the result of the evaluator. */
import type { PolicyDocument } from '../organization.ts'

/** The signer of a request, found in the credential store by the access key id. */
export interface Session {
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION_NAME` */
  readonly arn: string
  readonly account: string
  /** `arn:aws:iam::ACCOUNT:role/ROLE`, the value of `aws:PrincipalArn`. */
  readonly roleArn: string
  readonly sessionName: string
  readonly tags: Readonly<Record<string, string>>
  readonly sessionPolicies: readonly PolicyDocument[]
  /** The value of `lambda:SourceFunctionArn`: the function's ARN, for credentials of a Lambda function's execution role. */
  readonly sourceFunctionArn?: string
}

export interface ApiCall {
  /** `bedrock:InvokeModel` */
  readonly action: string
  /** An ARN, or `*` if the action has no resource. */
  readonly resource: string
  /** Account that owns the resource. */
  readonly resourceAccount: string
  readonly region: string
  readonly session: Session | 'anonymous'
  /** Condition keys of the request besides those of the principal: `aws:SourceVpc`, `aws:SourceVpce`, `sts:ExternalId` and so on. */
  readonly context: Readonly<Record<string, string | readonly string[]>>
  /** The resource's policy: a role's trust policy, a bucket's policy. */
  readonly resourcePolicy?: PolicyDocument
  /** The policy of the VPC endpoint through which the request came. */
  readonly endpointPolicy?: PolicyDocument
}

/** The layer that refused. */
export type Layer = 'identity' | 'boundary' | 'session' | 'resource' | 'endpoint' | 'serviceControl'

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      /** The layer that the message names: explicit denials come first, then the order of {@link LAYERS}. */
      readonly layer: Layer
      /** Every layer that is enough alone to refuse the call. */
      readonly layers: readonly Layer[]
      /** Whether a statement denies the call; otherwise no statement allows it. */
      readonly explicit: boolean
      /** In AWS's words. */
      readonly message: string
    }

export type Authorize = (call: ApiCall) => Promise<Decision>

/** The order in which a message names layers if more than one refuses. */
export const LAYERS = [
  'serviceControl',
  'endpoint',
  'identity',
  'resource',
  'boundary',
  'session',
] as const satisfies readonly Layer[]
