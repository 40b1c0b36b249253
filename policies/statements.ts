/** The statements of every policy document that a stack declares. */
import { asList, asMap, asTexts, isMap, ofType, type Resource } from './resource.ts'

export type DocumentKind = 'identity' | 'boundary' | 'trust' | 'endpoint' | 'resource'

export interface Statement {
  readonly allows: boolean
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** `NotAction`, `NotResource` or `NotPrincipal`, whichever there are. */
  readonly negations: readonly string[]
  readonly anybody: boolean
  /** `AWS` principals but `*`. */
  readonly principals: readonly string[]
  readonly services: readonly string[]
  /** Operator → key → values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly sid: string
}

export interface Document {
  readonly owner: Resource
  readonly kind: DocumentKind
  readonly text: string
  /** `undefined`: not a policy document at all. */
  readonly statements: readonly Statement[] | undefined
}

/** Type → property that holds a policy, and what kind of policy it is. */
const HOLDERS: readonly (readonly [type: string, property: string, kind: DocumentKind])[] = [
  ['aws:iam/role:Role', 'assumeRolePolicy', 'trust'],
  ['aws:iam/rolePolicy:RolePolicy', 'policy', 'identity'],
  ['aws:iam/userPolicy:UserPolicy', 'policy', 'identity'],
  ['aws:iam/groupPolicy:GroupPolicy', 'policy', 'identity'],
  ['aws:iam/policy:Policy', 'policy', 'identity'],
  ['aws:ec2/vpcEndpoint:VpcEndpoint', 'policy', 'endpoint'],
  ['aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy', 'policy', 'endpoint'],
  ['aws:s3/bucketPolicy:BucketPolicy', 'policy', 'resource'],
  ['aws:sns/topicPolicy:TopicPolicy', 'policy', 'resource'],
  ['aws:sqs/queuePolicy:QueuePolicy', 'policy', 'resource'],
  ['aws:kms/key:Key', 'policy', 'resource'],
  ['aws:dynamodb/resourcePolicy:ResourcePolicy', 'policy', 'resource'],
  ['aws:secretsmanager/secretPolicy:SecretPolicy', 'policy', 'resource'],
]

export function documentsOf(resources: readonly Resource[]): readonly Document[] {
  const declared = HOLDERS.flatMap(([type, property, kind]) =>
    ofType(resources, type).flatMap((owner) => document(owner, kind, owner.inputs[property])),
  )
  const inline = ofType(resources, 'aws:iam/role:Role').flatMap((owner) =>
    asList(owner.inputs.inlinePolicies).flatMap((entry) => document(owner, 'identity', asMap(entry).policy)),
  )
  return [...declared, ...inline]
}

function document(owner: Resource, kind: DocumentKind, value: unknown): readonly Document[] {
  if (value === undefined) return []
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return [{ owner, kind, text, statements: parse(text) }]
}

function parse(text: string): readonly Statement[] | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return isMap(body) && body.Statement !== undefined
      ? asList(body.Statement).map((raw) => statement(asMap(raw)))
      : undefined
  } catch {
    return undefined
  }
}

function statement(raw: Readonly<Record<string, unknown>>): Statement {
  const principal = raw.Principal
  const named = asTexts(asMap(principal).AWS)
  return {
    // IAM knows two effects only; whatever else is there is looked at as if it allowed.
    allows: raw.Effect !== 'Deny',
    actions: asTexts(raw.Action),
    resources: asTexts(raw.Resource),
    negations: ['NotAction', 'NotResource', 'NotPrincipal'].filter((key) => raw[key] !== undefined),
    anybody: principal === '*' || named.includes('*'),
    principals: named.filter((name) => name !== '*'),
    services: asTexts(asMap(principal).Service),
    conditions: Object.fromEntries(
      Object.entries(asMap(raw.Condition)).map(([operator, keys]) => [operator, asMap(keys)]),
    ),
    sid: typeof raw.Sid === 'string' ? raw.Sid : '(without Sid)',
  }
}

/** Every condition key that must have a value for the statement to apply. */
export function conditionKeys({ conditions }: Statement): readonly string[] {
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    // These are true of a key that is not there.
    /IfExists$|^ForAllValues:|^(String|Arn|Numeric|Date|Ip)Not|^NotIp|^Null$/.test(operator) ? [] : Object.keys(keys),
  )
}

/** IAM matches action names without regard to case. */
export const covers = (pattern: string, action: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(action)
