/** The statements of every policy document that a stack declares. */
import { isMap } from '../shared/is-map.ts'
import { asList, asMap, asTexts, isUnknown, type Resource } from './resource.ts'

export type DocumentKind = 'identity' | 'trust' | 'endpoint' | 'resource'

export interface Statement {
  readonly allows: boolean
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** Those of `NotAction`, `NotResource` and `NotPrincipal` that the statement has. */
  readonly negations: readonly string[]
  readonly anybody: boolean
  /** `AWS` principals other than `*`. */
  readonly principals: readonly string[]
  readonly services: readonly string[]
  readonly federated: readonly string[]
  /** Operator → key → values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly sid: string
}

export interface Document {
  readonly owner: Resource
  readonly kind: DocumentKind
  readonly text: string
  /** `undefined`: not a policy document, or not one that can be read with certainty. */
  readonly statements: readonly Statement[] | undefined
}

/** Properties that hold a policy whatever they contain, and what kind of policy it is. */
const HOLDERS: Readonly<Record<string, readonly [property: string, kind: DocumentKind]>> = {
  'aws:iam/role:Role': ['assumeRolePolicy', 'trust'],
  'aws:iam/rolePolicy:RolePolicy': ['policy', 'identity'],
  'aws:iam/userPolicy:UserPolicy': ['policy', 'identity'],
  'aws:iam/groupPolicy:GroupPolicy': ['policy', 'identity'],
  'aws:iam/policy:Policy': ['policy', 'identity'],
  'aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy': ['inlinePolicy', 'identity'],
  'aws:ec2/vpcEndpoint:VpcEndpoint': ['policy', 'endpoint'],
  'aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy': ['policy', 'endpoint'],
  'aws:s3/bucketPolicy:BucketPolicy': ['policy', 'resource'],
}

/** The policies of these kinds, a role's inline policies, and everything else that has the form of a policy, in any property of any resource. */
export function documentsOf(resources: readonly Resource[]): readonly Document[] {
  return resources.flatMap((owner) => {
    const [held, kind] = HOLDERS[owner.type] ?? []
    return Object.entries(owner.inputs).flatMap(([property, value]) => {
      if (isUnknown(owner, property)) return []
      if (property === held && kind) return [document(owner, kind, value)]
      const found: DocumentKind = property === 'inlinePolicies' ? 'identity' : 'resource'
      return policiesIn(value, property === 'inlinePolicies').map((policy) => document(owner, found, policy))
    })
  })
}

/**
 * The policy documents in a property's value, as text or as objects.
 * @param named whether every property called `policy` counts as one
 */
function policiesIn(value: unknown, named: boolean): readonly unknown[] {
  if (typeof value === 'string') return /"Statement"/.test(value) && isMap(parsed(value)) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((item) => policiesIn(item, named))
  if (!isMap(value)) return []
  if (value.Statement !== undefined) return [value]
  return Object.entries(value).flatMap(([key, item]) => (named && key === 'policy' ? [item] : policiesIn(item, named)))
}

function document(owner: Resource, kind: DocumentKind, value: unknown): Document {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return { owner, kind, text, statements: saysTwice(text) ? undefined : statementsOf(parsed(text)) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether a JSON text has a key twice, which readers interpret differently. */
function saysTwice(text: string): boolean {
  // Strings are read as a whole; a string with a colon after it is a key.
  const written = text.match(/"(?:[^"\\]|\\.)*"\s*:/g)?.length ?? 0
  return written !== keysIn(parsed(text))
}

const keysIn = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : Object.values(value).reduce<number>(
        (sum, item) => sum + keysIn(item),
        isMap(value) ? Object.keys(value).length : 0,
      )

const ELEMENTS = ['Version', 'Id', 'Statement']
const STATEMENT_ELEMENTS = [
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
]

/** The document's statements; undefined if an element has an unknown name, because the rules would overlook it. */
function statementsOf(body: unknown): readonly Statement[] | undefined {
  if (!isMap(body) || body.Statement === undefined) return undefined
  const statements = asList(body.Statement)
  const readable =
    Object.keys(body).every((key) => ELEMENTS.includes(key)) &&
    statements.every(
      (raw) =>
        isMap(raw) &&
        Object.keys(raw).every((key) => STATEMENT_ELEMENTS.includes(key)) &&
        (raw.Action !== undefined || raw.NotAction !== undefined),
    )
  return readable ? statements.map((raw) => statement(asMap(raw))) : undefined
}

function statement(raw: Readonly<Record<string, unknown>>): Statement {
  const { Principal: principal } = raw
  const named = typeof principal === 'string' ? [principal] : asTexts(asMap(principal).AWS)
  const others = Object.entries(asMap(principal)).flatMap(([key, value]) => (key === 'AWS' ? [] : asTexts(value)))
  return {
    // IAM has two effects only. Any other text is checked as if it were Allow.
    allows: raw.Effect !== 'Deny',
    actions: asTexts(raw.Action),
    resources: asTexts(raw.Resource),
    negations: ['NotAction', 'NotResource', 'NotPrincipal'].filter((key) => raw[key] !== undefined),
    anybody: [...named, ...others].some((name) => /^[*?]+$/.test(name)),
    principals: named.filter((name) => name !== '*'),
    services: asTexts(asMap(principal).Service),
    federated: asTexts(asMap(principal).Federated),
    conditions: Object.fromEntries(
      Object.entries(asMap(raw.Condition)).map(([operator, keys]) => [operator, asMap(keys)]),
    ),
    sid: typeof raw.Sid === 'string' && /^[A-Za-z0-9]{1,64}$/.test(raw.Sid) ? raw.Sid : '(without Sid)',
  }
}
