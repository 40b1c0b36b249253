/** Rules over policy documents: what they name, and what they let whom become. */

import { ofType, type Resource, type Rule, refersTo, tagsOf, type Violation, violation } from '../resource.ts'
import { conditionKeys, covers, type Document, documentsOf, type Statement } from '../statements.ts'
import { UNNAMED_KINDS, WILDCARD_ONLY } from '../wildcard-actions.ts'

const readable: Rule = {
  name: 'policy-documents-readable',
  says: 'Every policy is a policy document: one that cannot be read cannot be checked.',
  check: (resources) =>
    documentsOf(resources)
      .filter(({ statements }) => statements === undefined)
      .map(({ owner, kind }) => violation(owner, `Its ${kind} policy is not a JSON policy document.`)),
}

/** Calls the check with every statement that allows something. */
const eachAllow =
  (check: (statement: Statement, document: Document, resources: readonly Resource[]) => readonly string[]) =>
  (resources: readonly Resource[]): readonly Violation[] =>
    documentsOf(resources).flatMap((document) =>
      (document.statements ?? [])
        .filter(({ allows }) => allows)
        .flatMap((statement) => check(statement, document, resources))
        .map((message) => violation(document.owner, message)),
    )

/** What is not named is allowed as soon as AWS invents it. */
const noNegation: Rule = {
  name: 'no-allow-by-exclusion',
  says: 'No statement allows everything but what it lists.',
  check: eachAllow(({ negations, sid }) => negations.map((key) => `The statement ${sid} allows by ${key}.`)),
}

const noWildcardAction: Rule = {
  name: 'no-wildcard-action',
  says: 'Every allowed action is named in full.',
  check: eachAllow(({ actions, sid }, document) =>
    isKeySetEndpoint(document)
      ? []
      : actions
          .filter((action) => /[*?]/.test(action))
          .map((action) => `The statement ${sid} allows "${action}". Name the actions.`),
  ),
}

const noWildcardResource: Rule = {
  name: 'no-wildcard-resource',
  says: 'Every allowed resource is named, where AWS has a name for it.',
  check: eachAllow((statement, document) =>
    document.kind === 'trust' || isKeySetEndpoint(document)
      ? []
      : statement.resources.flatMap((resource) => wildcard(resource, statement)),
  ),
}

function wildcard(resource: string, { actions, sid, conditions }: Statement): readonly string[] {
  if (resource === '*') {
    return actions
      .filter((action) => !Object.hasOwn(WILDCARD_ONLY, action))
      .map((action) => `The statement ${sid} allows ${action} on "*". Name the resource.`)
  }
  // arn:partition:service:region:account:KIND/NAME or KIND:NAME
  const [scheme, , service = '', , , ...rest] = resource.split(':')
  const [, kind = ''] = /^(?:([a-z-]+)[/:])?\*+$/.exec(rest.join(':')) ?? [undefined, undefined]
  const whole = scheme !== 'arn' || /[*?]/.test(service) || /^(?:[a-z-]+[/:])?\*+$/.test(rest.join(':'))
  if (!whole) return []
  // A condition on a tag or a tenant names what the ARN cannot.
  if (Object.keys(conditions).length > 0 && scheme === 'arn' && kind !== '') return []
  return actions
    .filter((action) => !UNNAMED_KINDS[action]?.includes(kind))
    .map((action) => `The statement ${sid} allows ${action} on "${resource}", without a condition. Name the resource.`)
}

/**
 * The one endpoint whose policy begins with everything: the key set's request is unsigned and no IAM action. It then denies
 * whatever is signed, and every operation that needs no signature.
 */
function isKeySetEndpoint({ owner, kind, statements = [] }: Document): boolean {
  const { serviceName } = owner.inputs
  return (
    kind === 'endpoint' &&
    typeof serviceName === 'string' &&
    serviceName.endsWith('.cognito-idp') &&
    denied(
      statements,
      ({ actions, conditions }) => actions.includes('*') && conditions.Null?.['aws:PrincipalArn'] === 'false',
    ) &&
    denied(
      statements,
      ({ actions }) => actions.includes('cognito-idp:SignUp') && actions.includes('cognito-idp:InitiateAuth'),
    )
  )
}

const denied = (statements: readonly Statement[], what: (statement: Statement) => boolean): boolean =>
  statements.some(
    (statement) => !statement.allows && statement.anybody && statement.resources.includes('*') && what(statement),
  )

/** An endpoint's policy takes no principal but `*`: its conditions say who. */
const principalsNamed: Rule = {
  name: 'no-public-principal',
  says: 'Nothing is allowed to everybody without a condition on who it is.',
  check: eachAllow((statement, document) =>
    !statement.anybody || isKeySetEndpoint(document) || conditionKeys(statement).some((key) => WHO.test(key))
      ? []
      : [
          `The statement ${statement.sid} allows everybody, with no condition on aws:PrincipalArn, account or organisation.`,
        ],
  ),
}
const WHO = /^aws:(PrincipalArn|PrincipalAccount|PrincipalOrgID|SourceArn|SourceAccount)$/i

const passRole: Rule = {
  name: 'pass-role-to-a-named-service',
  says: 'A role can be passed on to a named service only.',
  // An endpoint's policy only narrows what others allow.
  check: eachAllow((statement, { kind }) =>
    kind !== 'trust' &&
    kind !== 'endpoint' &&
    statement.actions.some((action) => covers(action, 'iam:PassRole')) &&
    !conditionKeys(statement).includes('iam:PassedToService')
      ? [`The statement ${statement.sid} allows iam:PassRole without a condition on iam:PassedToService.`]
      : [],
  ),
}

const BECOMES = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity', 'sts:TagSession']
/** The tenant's id is last in every name (shared/naming.ts); the boundary reads it from the role's own tag. */
const OWN_ROLE = /^arn:aws:iam::(\d{12}|\*):role\/genai-models-([a-z][a-z0-9]{1,19}|\$\{aws:PrincipalTag\/tenant\})$/

const assumeOwnRole: Rule = {
  name: 'assume-own-tenant-role-only',
  says: "No role may be assumed but the tenant's own role in its own account.",
  check: eachAllow((statement, document, resources) => {
    if (
      document.kind !== 'identity' ||
      !statement.actions.some((action) => BECOMES.some((become) => covers(action, become)))
    )
      return []
    const tenant = tenantOf(document.owner, resources)
    return statement.resources
      .filter((resource) => !isOwnRole(resource, document.owner, tenant))
      .map(
        (resource) =>
          `The statement ${statement.sid} allows becoming "${resource}", which is not the own role of ${tenant ?? 'a tenant'}.`,
      )
  }),
}

/** The tag of the role that a policy is for. */
function tenantOf(policy: Resource, resources: readonly Resource[]): string | undefined {
  const role = ofType(resources, 'aws:iam/role:Role').find(
    (candidate) => candidate === policy || refersTo(policy, 'role', candidate),
  )
  const tenant = role && tagsOf(role).tenant
  return typeof tenant === 'string' ? tenant : undefined
}

function isOwnRole(resource: string, owner: Resource, tenant: string | undefined): boolean {
  const [, account, named] = OWN_ROLE.exec(resource) ?? []
  if (named === undefined) return false
  // A managed policy is for many roles: it may name the tenant by the role's tag only.
  if (owner.type === 'aws:iam/policy:Policy') return named.startsWith('$')
  return account !== '*' && named === tenant
}

const foreignTrust: Rule = {
  name: 'trust-across-accounts-is-narrow',
  says: 'A role that trusts a whole account names one role of it, and asks for an external id.',
  check: eachAllow((statement, { kind }) => {
    if (
      kind !== 'trust' ||
      !statement.principals.some((principal) => /^(\d{12}|arn:aws:iam::\d{12}:root)$/.test(principal))
    )
      return []
    const keys = conditionKeys(statement)
    const missing = [
      ...(keys.includes('aws:PrincipalArn') ? [] : ['aws:PrincipalArn']),
      ...(statement.actions.some((action) => covers(action, 'sts:AssumeRole')) && !keys.includes('sts:ExternalId')
        ? ['sts:ExternalId']
        : []),
    ]
    return missing.map((key) => `The statement ${statement.sid} trusts an account without a condition on ${key}.`)
  }),
}

export const POLICY_RULES: readonly Rule[] = [
  readable,
  noNegation,
  noWildcardAction,
  noWildcardResource,
  principalsNamed,
  passRole,
  assumeOwnRole,
  foreignTrust,
]
