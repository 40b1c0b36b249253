/** Rules about policy documents: who may assume which role. */
import { covers, required } from '../conditions.ts'
import { documentsOf, type Statement } from '../documents.ts'
import { isUnknown, ofType, type Resource, type Rule, refersTo, shown, tagsOf, violation } from '../resource.ts'
import { eachAllow, isKeySetEndpoint, isLayersEndpoint } from './documents.ts'

/** An endpoint's policy can only have the principal `*`; its conditions restrict the callers. */
const principalsNamed: Rule = {
  name: 'no-public-principal',
  says: 'Nothing is allowed to everybody without a condition on who it is.',
  remedy: 'Name the principal, or ask for aws:PrincipalArn, an account or the organisation.',
  scope: 'resource',
  check: eachAllow((statement, document) =>
    !statement.anybody || isKeySetEndpoint(document) || isLayersEndpoint(document) || saysWho(statement)
      ? []
      : [
          `The statement ${statement.sid} allows everybody, with no condition on aws:PrincipalArn, account or organisation.`,
        ],
  ),
}

const WHO = ['aws:PrincipalAccount', 'aws:PrincipalOrgID', 'aws:SourceAccount']
const WHOSE = ['aws:PrincipalArn', 'aws:SourceArn']

const saysWho = (statement: Statement) =>
  WHO.some((key) => required(statement, key).length > 0) ||
  WHOSE.some((key) => {
    const arns = required(statement, key)
    return arns.length > 0 && arns.every((arn) => /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:/.test(arn))
  })

const passRole: Rule = {
  name: 'pass-role-to-a-named-service',
  says: 'A role can be passed on to a named service only.',
  remedy: 'Ask for iam:PassedToService.',
  scope: 'resource',
  // An endpoint's policy only restricts what other policies allow.
  check: eachAllow((statement, { kind }) =>
    kind !== 'trust' &&
    kind !== 'endpoint' &&
    statement.actions.some((action) => covers(action, 'iam:PassRole')) &&
    required(statement, 'iam:PassedToService').length === 0
      ? [`The statement ${statement.sid} allows iam:PassRole without a condition on iam:PassedToService.`]
      : [],
  ),
}

const BECOMES = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoot',
  'sts:GetFederationToken',
  'sts:TagSession',
]
/** Every name ends with the tenant's id (shared/naming.ts); the boundary reads the id from the role's own tag. */
const OWN_ROLE = /^arn:aws:iam::(\d{12}|\*):role\/genai-models-([a-z][a-z0-9]{1,19}|\$\{aws:PrincipalTag\/tenant\})$/

const assumeOwnRole: Rule = {
  name: 'assume-own-tenant-role-only',
  says: "No role may be assumed but the tenant's own role in its own account.",
  remedy: 'Name genai-models-TENANT in the account of the tenant that the role is tagged with.',
  scope: 'stack',
  check: eachAllow((statement, document, resources) => {
    if (
      document.kind === 'trust' ||
      document.kind === 'endpoint' ||
      !statement.actions.some((action) => BECOMES.some((become) => covers(action, become)))
    )
      return []
    const tenant = tenantOf(document.owner, resources)
    return statement.resources
      .filter((resource) => !isOwnRole(resource, document.owner, tenant))
      .map(
        (resource) =>
          `The statement ${statement.sid} allows becoming ${shown(resource)}, which is not the own role of ${tenant ?? 'a tenant'}.`,
      )
  }),
}

/** The tenant tag of the role that a policy belongs to. */
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
  // A managed policy applies to many roles, so it may name the tenant only by the role's tag.
  if (owner.type === 'aws:iam/policy:Policy') return named.startsWith('$')
  return account !== '*' && named === tenant
}

const foreignTrust: Rule = {
  name: 'trust-across-accounts-is-narrow',
  says: "A role that trusts a whole account names one role of it, or the two of one tenant's gateway, and asks for an external id; one that trusts an identity provider says whom of it.",
  remedy:
    "Ask for aws:PrincipalArn, without wildcards, and for sts:ExternalId; for the provider's sub (OpenID) or SAML:aud.",
  scope: 'resource',
  check: eachAllow((statement, { kind }) => {
    if (kind !== 'trust') return []
    const whom = statement.federated.filter(() => required(statement, subjectOf(statement)).length === 0)
    if (statement.principals.some((principal) => /:user\//.test(principal)))
      return [`The statement ${statement.sid} trusts a user, whose keys do not expire: name a role.`]
    if (whom.length > 0)
      return [`The statement ${statement.sid} trusts whoever an identity provider signs in, of whatever organisation.`]
    if (!statement.principals.some((principal) => /^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:root)$/.test(principal)))
      return []
    const roles = required(statement, 'aws:PrincipalArn')
    const one = (roles.length === 1 || areOneGateway(roles)) && !roles.some((arn) => /[*?]/.test(arn))
    const assumes = statement.actions.some((action) => covers(action, 'sts:AssumeRole'))
    const missing = [
      ...(one ? [] : ['one aws:PrincipalArn']),
      ...(assumes && required(statement, 'sts:ExternalId').length === 0 ? ['sts:ExternalId'] : []),
    ]
    return missing.map((key) => `The statement ${statement.sid} trusts an account without a condition on ${key}.`)
  }),
}

/** Whether these are the roles of a function and of tasks (shared/naming.ts) of one account and tenant. */
function areOneGateway(roles: readonly string[]): boolean {
  const parts = roles.map((arn) => /^(arn:aws:iam::\d{12}:role\/genai-)(gateway|task)-([a-z0-9]+)$/.exec(arn))
  const same = (index: number) => new Set(parts.map((part) => part?.[index])).size
  return parts.length === 2 && parts.every(Boolean) && same(1) === 1 && same(2) === 2 && same(3) === 1
}

/** Everybody who uses a client gets tokens with its audience. So for OpenID the subject has to be named. */
const subjectOf = ({ actions }: Statement) =>
  actions.some((action) => covers(action, 'sts:AssumeRoleWithWebIdentity')) ? /:sub$/i : /^saml:(aud|sub)$/i

const boundary: Rule = {
  name: 'function-roles-are-bounded',
  says: "The role of a tenant's function, and each of its tasks', has a permissions boundary of this project's.",
  remedy: "Set permissionsBoundary to the hub's permissionsBoundaryArn, or of tasks to its fargate.taskBoundaryArn.",
  scope: 'resource',
  check: (resources) =>
    documentsOf(ofType(resources, 'aws:iam/role:Role'))
      .filter(({ kind, statements = [] }) => kind === 'trust' && statements.some(isForCode))
      .filter(({ owner }) => !isUnknown(owner, 'permissionsBoundary') && !isBounded(owner))
      .map(({ owner }) => violation(owner, 'It has no permissions boundary, or one that AWS keeps.')),
}

const isForCode = ({ allows, services }: Statement) =>
  allows && ['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com'].some((service) => services.includes(service))
const isBounded = ({ inputs: { permissionsBoundary } }: Resource) =>
  typeof permissionsBoundary === 'string' && /^arn:aws[a-z-]*:iam::\d{12}:policy\//.test(permissionsBoundary)

export const TRUST_RULES: readonly Rule[] = [principalsNamed, passRole, assumeOwnRole, foreignTrust, boundary]
