/** Rules about policy documents: which actions, resources and principals they name. */
import { narrows } from '../conditions.ts'
import { type Document, documentsOf, type Statement } from '../documents.ts'
import { asTexts, ofType, type Resource, type Rule, refersTo, shown, type Violation, violation } from '../resource.ts'
import {
  ASKED_WITHOUT_RESOURCE,
  LAMBDAS_OWN,
  MANAGED_BY_AWS,
  NUMBERED_BY_AWS,
  WILDCARD_ONLY,
} from '../wildcard-actions.ts'

const readable: Rule = {
  name: 'policy-documents-readable',
  says: 'Every policy is a policy document: one that cannot be read cannot be checked.',
  remedy: "Write JSON with IAM's own elements, in their own spelling.",
  scope: 'resource',
  check: (resources) =>
    documentsOf(resources)
      .filter(({ statements }) => statements === undefined)
      .map(({ owner, kind }) => violation(owner, `Its ${kind} policy is not a JSON policy document.`)),
}

/** Calls the check with every statement that allows something. */
export const eachAllow =
  (check: (statement: Statement, document: Document, resources: readonly Resource[]) => readonly string[]) =>
  (resources: readonly Resource[]): readonly Violation[] =>
    documentsOf(resources).flatMap((document) =>
      (document.statements ?? [])
        .filter(({ allows }) => allows)
        .flatMap((statement) => check(statement, document, resources))
        .map((message) => violation(document.owner, message)),
    )

/** Refuses NotAction, NotResource and NotPrincipal in Allow statements, which would allow whatever AWS adds later. */
const noNegation: Rule = {
  name: 'no-allow-by-exclusion',
  says: 'No statement allows everything but what it lists.',
  remedy: 'Name what is allowed, or turn the statement into a Deny.',
  scope: 'resource',
  check: eachAllow(({ negations, sid }) => negations.map((key) => `The statement ${sid} allows by ${key}.`)),
}

const noWildcardAction: Rule = {
  name: 'no-wildcard-action',
  says: 'Every allowed action is named in full.',
  remedy: 'Name the actions.',
  scope: 'resource',
  check: eachAllow(({ actions, sid }, document) =>
    isKeySetEndpoint(document)
      ? []
      : actions
          .filter((action) => /[*?]/.test(action))
          .map((action) => `The statement ${sid} allows ${shown(action)}.`),
  ),
}

const noWildcardResource: Rule = {
  name: 'no-wildcard-resource',
  says: 'Every allowed resource is named, where AWS has a name for it.',
  remedy: 'Name the resource in the ARN, or by a condition on its tag or network.',
  scope: 'resource',
  check: eachAllow((statement, document) =>
    document.kind === 'trust' || isKeySetEndpoint(document) || isOfSink(document)
      ? []
      : statement.resources.flatMap((resource) => wildcard(resource, statement, document)),
  ),
}

/** A sink's policy applies to that sink only, and AWS's own examples have `*` in it. */
const isOfSink = ({ owner }: Document) => owner.type === 'aws:oam/sinkPolicy:SinkPolicy'

function wildcard(resource: string, statement: Statement, document: Document): readonly string[] {
  const { actions, sid } = statement
  if (resource === '*') {
    const known = (action: string) =>
      Object.hasOwn(WILDCARD_ONLY, action) ||
      Object.hasOwn(ASKED_WITHOUT_RESOURCE, action) ||
      (LAMBDAS_OWN.includes(action) && isDeniedToCode(action, document))
    return actions
      .filter((action) => !known(action))
      .map((action) => `The statement ${sid} allows ${shown(action)} on everything.`)
  }
  const { kind, named } = partsOf(resource)
  if (named || (kind && narrows(statement, document.kind))) return []
  return actions
    .filter((action) => !(kind && Object.hasOwn(NUMBERED_BY_AWS, action)))
    .map((action) => `The statement ${sid} allows ${shown(action)} on ${shown(resource)}.`)
}

/** Only calls by a function's own code have the function's ARN. */
const isDeniedToCode = (action: string, { statements = [] }: Document): boolean =>
  statements.some(
    ({ allows, actions, resources, conditions }) =>
      !allows &&
      actions.includes(action) &&
      resources.includes('*') &&
      Object.keys(conditions).length === 1 &&
      asTexts(conditions.ArnEquals?.['lambda:SourceFunctionArn']).length === 1,
  )

/** Parses `arn:partition:service:region:account:KIND/NAME` or `KIND:NAME`. An ARN without a kind could match several kinds of resources. */
function partsOf(resource: string): { readonly kind?: string; readonly named: boolean } {
  const [scheme, partition = '', service = '', , account = '', ...rest] = resource.split(':')
  if (scheme !== 'arn' || isPattern(partition) || isPattern(service) || rest.length === 0) return { named: false }
  // S3's ARNs have no kind: they name a bucket or its objects.
  const [, kind, name = ''] =
    service === 's3' ? ['', 'bucket', rest.join(':')] : (/^([^/:]*)[/:](.*)$/s.exec(rest.join(':')) ?? [])
  if (kind === undefined) return { named: isNamed(rest.join(':')) && !isPattern(account) }
  if (isPattern(kind)) return { named: false }
  return { kind, named: isNamed(name) && (!isPattern(account) || name.includes(OWN_TENANT)) }
}

/** A name that ends with the caller's own tenant is a single name, in every account. */
const OWN_TENANT = `\${aws:PrincipalTag/tenant}`

const isPattern = (text: string) => /[*?]/.test(text)
/** A policy variable's default replaces a missing value. */
const isNamed = (name: string) =>
  !/\$\{[^}]*,/.test(name) && (!isPattern(name) || name.replaceAll(/[*?/:]/g, '').length >= 3)

/**
 * The one endpoint whose policy begins with a statement that allows everything: the request for a key set is unsigned, and no IAM action. The
 * policy then denies every signed request, and every operation that needs no signature.
 */
export function isKeySetEndpoint({ owner, kind, statements = [] }: Document): boolean {
  const { serviceName } = owner.inputs
  return (
    kind === 'endpoint' &&
    typeof serviceName === 'string' &&
    serviceName.endsWith('.cognito-idp') &&
    denied(statements, ({ actions, conditions }) => actions.includes('*') && isOnlySigned(conditions)) &&
    denied(
      statements,
      ({ actions, conditions }) =>
        actions.includes('cognito-idp:SignUp') &&
        actions.includes('cognito-idp:InitiateAuth') &&
        Object.keys(conditions).length === 0,
    )
  )
}

const LAYERS = /^arn:aws:s3:::prod-[a-z0-9-]+-starport-layer-bucket\/\*$/

/**
 * The endpoint through which layers of images are fetched. ECR signs these requests itself, so the policy cannot demand a principal of ours. It
 * allows nothing but reading ECR's own bucket.
 */
export function isLayersEndpoint({ owner, kind, statements = [] }: Document): boolean {
  const { serviceName, vpcEndpointType } = owner.inputs
  return (
    kind === 'endpoint' &&
    vpcEndpointType === 'Gateway' &&
    typeof serviceName === 'string' &&
    serviceName.endsWith('.s3') &&
    statements
      .filter(({ allows }) => allows)
      .every(
        ({ actions, resources, negations }) =>
          actions.every((action) => action === 's3:GetObject') &&
          resources.length > 0 &&
          resources.every((resource) => LAYERS.test(resource)) &&
          negations.length === 0,
      )
  )
}

/** Matches all signed requests, without a further condition that would exempt some of them. */
const isOnlySigned = (conditions: Statement['conditions']) =>
  Object.keys(conditions).length === 1 &&
  Object.keys(conditions.Null ?? {}).length === 1 &&
  conditions.Null?.['aws:PrincipalArn'] === 'false'

const denied = (statements: readonly Statement[], what: (statement: Statement) => boolean): boolean =>
  statements.some(
    (statement) => !statement.allows && statement.anybody && statement.resources.includes('*') && what(statement),
  )

/** Properties of resources that attach policies, and whether they contain ARNs of managed policies. */
const ATTACHED: Readonly<Record<string, string>> = {
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': 'policyArn',
  'aws:iam/userPolicyAttachment:UserPolicyAttachment': 'policyArn',
  'aws:iam/groupPolicyAttachment:GroupPolicyAttachment': 'policyArn',
  'aws:iam/policyAttachment:PolicyAttachment': 'policyArn',
  'aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive': 'policyArns',
  'aws:iam/role:Role': 'managedPolicyArns',
  'aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment': 'managedPolicyArn',
}

/** No rule can read a policy that is attached only by its ARN. */
const attachedAreDeclared: Rule = {
  name: 'attached-policies-are-declared',
  says: 'What is attached to a role is declared in the same stack, or one of few policies that AWS keeps.',
  remedy: `Declare the policy here. Of AWS's own: ${Object.keys(MANAGED_BY_AWS).join(', ')}.`,
  scope: 'stack',
  check: (resources) => {
    const declared = ofType(resources, 'aws:iam/policy:Policy')
    return resources.flatMap((owner) => {
      const property = ATTACHED[owner.type]
      if (property === undefined || declared.some((policy) => refersTo(owner, property, policy))) return []
      return asTexts(owner.inputs[property])
        .filter((arn) => !Object.hasOwn(MANAGED_BY_AWS, arn))
        .map((arn) => violation(owner, `It attaches ${shown(arn)}, which no rule can read.`))
    })
  },
}

export const DOCUMENT_RULES: readonly Rule[] = [
  readable,
  noNegation,
  noWildcardAction,
  noWildcardResource,
  attachedAreDeclared,
]
