/**
 * The policy of the hub's own `bedrock-runtime` endpoint, which tenants with `modelEndpoint: hub` share. It names no tenant, so its length does
 * not depend on their number. With a statement for each tenant, AWS's limit would allow thirteen.
 */

import type { Sharing } from '../choices.ts'
import { roleArn, tenantRoleName } from '../naming.ts'
import { POLICY_LIMITS, type PolicyDocument, type PolicyStatement, policy, policyText } from './document.ts'
import type { ModelRegions } from './geographies.ts'
import { countStatements, invokeStatements, shorter } from './models.ts'

export interface CentralModels {
  readonly region: string
  /** The models or inference profiles that tenants may call through the endpoint, by id. */
  readonly modelIds: readonly string[]
  /**
   * The regions to which requests to profiles may go, by geography.
   * @default the regions in the project's list
   */
  readonly modelRegions?: ModelRegions
  readonly sharing: Sharing
}

/**
 * How the policy recognises a tenant's role. `name`: any role whose name has the form of tenants' roles, in a session with a tenant's tag.
 * `tag`: the name must also end with that tag, by a policy variable. AWS does not document whether variables work in endpoint policies, so the
 * deployed form is `name` (docs/decisions/0080-a-shared-model-endpoint.md).
 */
export type Binding = 'name' | 'tag'

const TAG = 'aws:PrincipalTag/tenant_id'

/** The conditions on the caller in every statement. The tenants' own policies say which models each tenant may call. */
function whoOf(sharing: Sharing, binding: Binding): NonNullable<PolicyStatement['Condition']> {
  const accounts =
    sharing.kind === 'organisation'
      ? { 'aws:PrincipalOrgID': organisationOf(sharing.arn) }
      : { 'aws:PrincipalAccount': [...sharing.accounts].sort() }
  return {
    ArnLike: { 'aws:PrincipalArn': roleArn('*', tenantRoleName(binding === 'name' ? '*' : `\${${TAG}}`)) },
    StringEquals: accounts,
    // Only a gateway opens sessions with a tenant's tag.
    Null: { [TAG]: 'false' },
  }
}

/** The id `o-…` in the ARN of an organisation or of a unit in it. */
export const organisationOf = (arn: string) => arn.split('/')[1] ?? ''

const withCondition = (
  statement: PolicyStatement,
  who: NonNullable<PolicyStatement['Condition']>,
): PolicyStatement => ({
  ...statement,
  Principal: '*',
  Condition: { ...statement.Condition, ...who, ArnLike: { ...statement.Condition?.ArnLike, ...who.ArnLike } },
})

export function centralEndpointPolicy(args: CentralModels, binding: Binding = 'name'): PolicyDocument {
  const { region, modelIds, modelRegions, sharing } = args
  const invoked = invokeStatements(modelIds, '*', region, modelRegions)
  const counted = countStatements(modelIds, region, modelRegions)
  // The tenant's role says which guardrail its calls carry. This policy allows calls with any guardrail.
  const guardrail: PolicyStatement = {
    Sid: 'Guardrails',
    Effect: 'Allow',
    Action: 'bedrock:ApplyGuardrail',
    Resource: `arn:aws:bedrock:${region}:*:guardrail/*`,
  }
  const who = whoOf(sharing, binding)
  const forms = [
    [...invoked.map(likeArns), ...counted, guardrail],
    [...shorter(invoked, 'named'), ...counted, guardrail],
    // If the models leave no room for this statement, tokens are not counted, and callers get estimates.
    [...shorter(invoked, 'named'), guardrail],
  ].map((statements) => policy(...statements.map((statement) => withCondition(statement, who))))
  return forms.find((form) => JSON.stringify(form).length <= POLICY_LIMITS.endpoint) ?? (forms.at(-1) as PolicyDocument)
}

/**
 * A profile belongs to its caller's account, so the account in its ARN is a pattern. AWS accepts patterns in `ArnEquals` too, but `ArnLike` is
 * clearer.
 */
function likeArns(statement: PolicyStatement): PolicyStatement {
  const { ArnEquals, ...others } = statement.Condition ?? {}
  return ArnEquals ? { ...statement, Condition: { ...others, ArnLike: ArnEquals } } : statement
}

/**
 * The policy as text.
 * @throws Error if the models, or the listed accounts, make it longer than AWS allows, with the number of accounts that fit
 */
export function centralEndpointPolicyText(args: CentralModels): string {
  return policyText(
    'endpoint',
    `the policy of the hub's bedrock-runtime endpoint`,
    centralEndpointPolicy(args),
    remedyOf(args),
  )
}

function remedyOf(args: CentralModels): string {
  const fewer = `List fewer centralModels: it has ${args.modelIds.length}`
  if (args.sharing.kind === 'organisation') return `${fewer}.`
  return `With these models there is room for ${accountsThatFit(args)} accounts, and shareWithAccounts has ${args.sharing.accounts.length}. Share with an organisation instead (shareWithOrganisation), whatever its number of accounts. Or: ${fewer}.`
}

/** How many accounts the policy may list with these models. */
export function accountsThatFit(args: CentralModels): number {
  const lengthWith = (count: number) => {
    const accounts = Array.from({ length: count }, (_, index) => String(100_000_000_000 + index))
    return JSON.stringify(centralEndpointPolicy({ ...args, sharing: { kind: 'accounts', accounts } })).length
  }
  let [most, tooMany] = [0, Math.ceil(POLICY_LIMITS.endpoint / 12)]
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2)
    if (lengthWith(middle) <= POLICY_LIMITS.endpoint) most = middle
    else tooMany = middle
  }
  return most
}
