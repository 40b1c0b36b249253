/** The role in the tenant's account that may invoke its models, and the policy of the endpoint that it does so through. */

import { takesGuardrail } from '../guardrail.ts'
import { tenantRoleName } from '../naming.ts'
import { POLICY_LIMITS, type PolicyDocument, type PolicyStatement, policy, policyText } from './document.ts'
import type { ModelRegions } from './geographies.ts'
import { countStatements, invokeStatements, shorter } from './models.ts'

export interface TenantRoleTrust {
  readonly hubAccount: string
  readonly tenantId: string
  /** The tenant's roles in the hub account that its gateway may run as. */
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
  /** Bedrock model or inference profile ids. */
  readonly modelIds: readonly string[]
  /** Where requests to profiles go, by geography. @default the list's */
  readonly modelRegions?: ModelRegions
  /** @default everyRegion */
  readonly modelPerimeter?: ModelPerimeter
  /** Without it, no model that takes a guardrail is called. @default calls carry what they like */
  readonly guardrail?: { readonly arn: string; readonly version: string }
}

/**
 * Where a request through an inference profile must show the endpoint that it came by: wherever it is checked, or in the region that it is
 * made in. There the profile itself is checked, so that nothing is sent on which did not come by the endpoint.
 */
export type ModelPerimeter = 'everyRegion' | 'homeRegion'

type Form = (statements: ReturnType<typeof invokeStatements>) => ReturnType<typeof invokeStatements>

const exactly: Form = (statements) => statements

const modelStatements = (models: TenantModels, versions: Versions, form: Form = exactly) => [
  ...invokedBy(models, versions, form),
  ...countStatements(models.modelIds, models.region, models.modelRegions),
]

/** Of the guardrail: the one that is set, or any that has a number. */
type Versions = 'this' | 'any'

/**
 * A condition of what is allowed, like the endpoint: the role's policy of another version stands beside it while one is followed by the
 * next. AWS applies no guardrail to models that answer with numbers, so these are called without.
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

/** ARN and number of the guardrail that a call names; absent for a call that names none. */
const GUARDRAIL_KEY = 'bedrock:GuardrailIdentifier'

/** Where the role's calls must come from: the spoke's `bedrock-runtime` endpoint, or any of the hub's VPC, which has one that is shared. */
export type Way = { readonly endpointId: string } | { readonly hubVpcId: string }

/**
 * The listed models, and only through the account's own endpoint, or the hub's: a credential that leaves the gateway is worth nothing
 * elsewhere. The way is a condition of what is allowed, not a denial of what is not: while a tenant moves, its role has such a policy
 * for each of two ways.
 */
export function tenantRolePolicy(models: TenantModels & Way): PolicyDocument {
  const exact = rolePolicy(models, modelStatements(models, 'this'))
  // A policy of many models names no regions: the endpoint's, which has four times the room, does.
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
    // Whatever else the account lets the role do.
    Sid: 'NeverWithoutEndpoint',
    Effect: 'Deny',
    Action: 'bedrock:*',
    Resource: '*',
    Condition: withoutEndpoint(region, modelPerimeter),
  })
}

/** Reached through a profile only, which has a statement of its own. */
const isDestination = ({ Condition }: PolicyStatement) =>
  Object.values(Condition ?? {}).some((keys) => 'bedrock:InferenceProfileArn' in keys)

/** What a denial of calls past the endpoints is asked for. */
export const withoutEndpoint = (
  region: string,
  perimeter: ModelPerimeter,
): NonNullable<PolicyStatement['Condition']> => ({
  Null: { 'aws:SourceVpce': 'true' },
  ...(perimeter === 'homeRegion' && { StringEquals: { 'aws:RequestedRegion': region } }),
})

/** The statement's condition, with keys that must be equal besides those that it has. */
const equalTo = ({ Condition }: PolicyStatement, equal: Readonly<Record<string, string>>) => ({
  ...Condition,
  StringEquals: { ...Condition?.StringEquals, ...equal },
})

/** As text, for an inline policy that is replaced by making the new one first. @throws Error when it is longer than AWS allows */
export function tenantRolePolicyText(models: TenantModels & Way & { readonly tenantId: string }): string {
  return policyText(
    'replacedInline',
    `the policy of ${tenantRoleName(models.tenantId)}`,
    tenantRolePolicy(models),
    `List fewer models: it has ${models.modelIds.length}.`,
  )
}

/**
 * Policy of the spoke's `bedrock-runtime` endpoint, as text. An endpoint's policy takes no principal but `*`, so the role is
 * a condition. Where the models leave no room, tokens cannot be counted through it, and callers get estimates.
 * @throws Error when the list of models makes it longer than AWS allows
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
  // Its policy is one, changed in place: it says which guardrail, and the role's says which of its versions.
  const forms = [modelStatements(models, 'any'), invokedBy(models, 'any', exactly)].map(ofRole)
  return policyText(
    'endpoint',
    `the endpoint policy of ${models.tenantId}`,
    forms.find(fits) ?? ofRole(invokedBy(models, 'any', (statements) => shorter(statements, 'named'))),
    `List fewer models: it has ${models.modelIds.length}.`,
  )
}
