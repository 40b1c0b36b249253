/** What is asked of the evaluator, and what it answers. */
import type { PolicyDocument } from '../organization.ts'

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
  | {
      readonly allowed: false
      /** The layer that the message names: explicit denials first, then in the order of {@link LAYERS}. */
      readonly layer: Layer
      /** Every layer that refuses by itself; each would have to give way for the call to pass. */
      readonly layers: readonly Layer[]
      /** A statement denies, rather than none allowing. */
      readonly explicit: boolean
      /** As AWS words it. */
      readonly message: string
    }

export type Authorize = (call: ApiCall) => Promise<Decision>

/** The order in which layers are named when more than one refuses. */
export const LAYERS = [
  'serviceControl',
  'endpoint',
  'identity',
  'resource',
  'boundary',
  'session',
] as const satisfies readonly Layer[]
