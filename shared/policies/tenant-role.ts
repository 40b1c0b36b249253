/** The role in the tenant's account that may invoke its models, and the policy of the endpoint through which it does so. */

import { takesGuardrail } from '../guardrail.ts'
import { tenantRoleName } from '../naming.ts'
import { POLICY_LIMITS, type PolicyDocument, type PolicyStatement, policy, policyText } from './document.ts'
import type { ModelRegions } from './geographies.ts'
import { countStatements, invokeStatements, shorter } from './models.ts'

export interface TenantRoleTrust {
  readonly hubAccount: string
  readonly tenantId: string
  /** The tenant's roles in the hub account with which its gateway may run. */
  readonly gatewayRoleArns: readonly string[]
  readonly externalId: string
  /** The hub's VPC. */
  readonly hubVpcId: string
}

/**
 * Trusts the hub's account, narrowed to the tenant's own roles of it by `aws:PrincipalArn`, and to the hub's VPC. Named as the
 * principal, a role would have to exist first, and a recreated one would no longer be trusted: IAM turns a principal into an
 * internal id when it saves it. So the function's role and the tasks' are named both, whichever is there: a tenant that changes
 * its compute is trusted all the time.
 * Two statements, because `sts:TagSession` carries no external id.
 */
export function tenantRoleTrustPolicy(trust: TenantRoleTrust): PolicyDocument {
  const principal = { AWS: `arn:aws:iam::${trust.hubAccount}:root` }
  // The function asks the hub's STS endpoint: the tenant's own account decides that nobody else's network will do.
  const fromHub = { 'aws:SourceVpc': trust.hubVpcId }
  const [only, ...others] = trust.gatewayRoleArns
  // One is written as it always was, so that nothing changes for those who have one.
  const arns = others.length === 0 && only !== undefined ? only : trust.gatewayRoleArns
  const fromOwnGateway = { ArnEquals: { 'aws:PrincipalArn': arns } }
  return policy(
    {
      Sid: 'GatewayOfTenant',
      Effect: 'Allow',
      Principal: principal,
      Action: 'sts:AssumeRole',
      Condition: { ...fromOwnGateway, StringEquals: { ...fromHub, 'sts:ExternalId': trust.externalId } },
    },
    {
      Sid: 'GatewayTagsSession',
      Effect: 'Allow',
      Principal: principal,
      Action: 'sts:TagSession',
      Condition: {
        ...fromOwnGateway,
        StringEquals: { ...fromHub, 'aws:RequestTag/tenant_id': trust.tenantId },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant_id'] },
      },
    },
  )
}

export interface TenantModels {
  /** The tenant's account. */
  readonly account: string
  readonly region: string
  /** The models or inference profiles of the tenant, by id. */
  readonly modelIds: readonly string[]
  /**
   * The regions to which requests to profiles may go, by geography.
   * @default the regions in the project's list
   */
  readonly modelRegions?: ModelRegions
  /** @default everyRegion */
  readonly modelPerimeter?: ModelPerimeter
  /**
   * If set, models that accept a guardrail can be called with it only.
   * @default calls may have any guardrail or none
   */
  readonly guardrail?: { readonly arn: string; readonly version: string }
}

/**
 * Where a request through an inference profile must show the endpoint through which it came: in every region in which AWS checks it, or only in
 * the region in which it is made. There the profile itself is checked too, so that Bedrock sends on only requests that came through the
 * endpoint.
 */
export type ModelPerimeter = 'everyRegion' | 'homeRegion'

type Form = (statements: ReturnType<typeof invokeStatements>) => ReturnType<typeof invokeStatements>

const exactly: Form = (statements) => statements

const modelStatements = (models: TenantModels, versions: Versions, form: Form = exactly) => [
  ...invokedBy(models, versions, form),
  ...countStatements(models.modelIds, models.region, models.modelRegions),
]

/** Which versions of the guardrail: the one that is set, or any numbered one. */
type Versions = 'this' | 'any'

/**
 * The guardrail is a condition in the statements that allow, like the endpoint: while one version replaces another, the role has a policy for
 * each. AWS applies no guardrail to models that answer with vectors, so these are called without.
 */
function invokedBy(
  { modelIds, account, region, modelRegions, guardrail }: TenantModels,
  versions: Versions,
  form: Form,
): readonly (PolicyStatement & { readonly Sid: string })[] {
  const invoked = (ids: readonly string[]) =>
    ids.length === 0 ? [] : form(invokeStatements(ids, account, region, modelRegions))
  if (!guardrail) return invoked(modelIds)
  const { arn, version } = guardrail
  const condition =
    versions === 'this'
      ? { StringEquals: { [GUARDRAIL_KEY]: `${arn}:${version}` } }
      : { StringLike: { [GUARDRAIL_KEY]: `${arn}:*` } }
  return [
    ...invoked(modelIds.filter(takesGuardrail)).map((statement) => ({
      ...statement,
      Condition: { ...statement.Condition, ...condition },
    })),
    ...invoked(modelIds.filter((id) => !takesGuardrail(id))).map((statement) => ({
      ...statement,
      Sid: `Unguarded${statement.Sid}`,
    })),
    { Sid: 'Guardrail', Effect: 'Allow', Action: 'bedrock:ApplyGuardrail', Resource: arn },
  ]
}

/** The condition key with the ARN and version of the guardrail that a call names; absent if it names none. */
const GUARDRAIL_KEY = 'bedrock:GuardrailIdentifier'

/** Where the role's calls must come from: the spoke's `bedrock-runtime` endpoint, or the hub's VPC, which has the shared one. */
export type Way = { readonly endpointId: string } | { readonly hubVpcId: string }

/**
 * Allows the listed models, and only through the account's own endpoint or the hub's, so that stolen credentials are useless elsewhere. The path
 * is a condition in the statements that allow, and not in a denial: while a tenant moves, its role has such a policy for each of two paths.
 */
export function tenantRolePolicy(models: TenantModels & Way): PolicyDocument {
  const exact = rolePolicy(models, modelStatements(models, 'this'))
  // With many models this policy names no regions. The endpoint's policy, which may be four times as long, does.
  return fitsRole(exact)
    ? exact
    : rolePolicy(
        models,
        modelStatements(models, 'this', (statements) => shorter(statements, 'any')),
      )
}

const fitsRole = (document: PolicyDocument) => JSON.stringify(document).length <= POLICY_LIMITS.replacedInline

function rolePolicy(given: TenantModels & Way, statements: readonly PolicyStatement[]): PolicyDocument {
  const { region, modelPerimeter = 'everyRegion' } = given
  const way = 'endpointId' in given ? { 'aws:SourceVpce': given.endpointId } : { 'aws:SourceVpc': given.hubVpcId }
  const allowed = statements.map((statement) =>
    modelPerimeter === 'homeRegion' && isDestination(statement)
      ? statement
      : { ...statement, Condition: equalTo(statement, way) },
  )
  return policy(...allowed, {
    // Whatever other policies of the role allow.
    Sid: 'NeverWithoutEndpoint',
    Effect: 'Deny',
    Action: 'bedrock:*',
    Resource: '*',
    Condition: withoutEndpoint(region, modelPerimeter),
  })
}

/** A model that is reached through a profile only, which has a statement of its own. */
const isDestination = ({ Condition }: PolicyStatement) =>
  Object.values(Condition ?? {}).some((keys) => 'bedrock:InferenceProfileArn' in keys)

/** The condition of the denial of calls that come through no endpoint. */
export const withoutEndpoint = (
  region: string,
  perimeter: ModelPerimeter,
): NonNullable<PolicyStatement['Condition']> => ({
  Null: { 'aws:SourceVpce': 'true' },
  ...(perimeter === 'homeRegion' && { StringEquals: { 'aws:RequestedRegion': region } }),
})

/** A statement's condition, with further keys that must be equal. */
const equalTo = ({ Condition }: PolicyStatement, equal: Readonly<Record<string, string>>) => ({
  ...Condition,
  StringEquals: { ...Condition?.StringEquals, ...equal },
})

/**
 * The policy as text, for an inline policy that is replaced by making the new one first.
 * @throws Error if it is longer than AWS allows
 */
export function tenantRolePolicyText(models: TenantModels & Way & { readonly tenantId: string }): string {
  return policyText(
    'replacedInline',
    `the policy of ${tenantRoleName(models.tenantId)}`,
    tenantRolePolicy(models),
    `List fewer models: it has ${models.modelIds.length}.`,
  )
}

/**
 * The policy of the spoke's `bedrock-runtime` endpoint, as text. An endpoint's policy can only have the principal `*`, so the role is in a
 * condition. If the models leave no room for it, tokens cannot be counted through the endpoint, and callers get estimates.
 * @throws Error if the list of models makes it longer than AWS allows
 */
export function modelEndpointPolicy(
  models: TenantModels & { readonly roleArn: string; readonly tenantId: string },
): string {
  const ofRole = (statements: readonly PolicyStatement[]) =>
    policy(
      ...statements.map((statement) => ({
        ...statement,
        Principal: '*' as const,
        Condition: equalTo(statement, { 'aws:PrincipalArn': models.roleArn }),
      })),
    )
  const fits = (form: PolicyDocument) => JSON.stringify(form).length <= POLICY_LIMITS.endpoint
  // An endpoint has a single policy, which is changed in place. So it names the guardrail, and the role's policies name its version.
  const forms = [modelStatements(models, 'any'), invokedBy(models, 'any', exactly)].map(ofRole)
  return policyText(
    'endpoint',
    `the endpoint policy of ${models.tenantId}`,
    forms.find(fits) ?? ofRole(invokedBy(models, 'any', (statements) => shorter(statements, 'named'))),
    `List fewer models: it has ${models.modelIds.length}.`,
  )
}
