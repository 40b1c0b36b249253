/**
 * One set of policy statements against one request, evaluated by iam-simulate: the only file that imports it (AGPL,
 * development only). Its full simulation drops what this project needs (`arn:aws:bedrock:::foundation-model/…` is no
 * resource to it, an endpoint policy may name no principal), so each layer is evaluated by itself here, and the rules
 * that combine layers are in ../authorize.ts, where every layer's own verdict is seen.
 */
import {
  isConditionKeyArray,
  runSimulation,
  runUnsafeSimulation,
  type Simulation,
  typeForContextKey,
} from '@cloud-copilot/iam-simulate'
import { AwsError, UnsupportedError } from '../errors.ts'
import type { PolicyDocument, PolicyStatement } from '../organization.ts'
import { wildcard } from '../wildcard.ts'
import { globalKeys, isOfType, listsKey, type ResourceTypeReference, referenceOf } from './reference.ts'

/** `implicit`: no statement allows; `explicit`: a statement denies. */
export type Verdict = 'allow' | 'implicit' | 'explicit'

export type Context = Readonly<Record<string, string | readonly string[]>>

export interface EngineRequest {
  readonly action: string
  readonly resource: string
  /** As {@link normalizeContext} returns it. */
  readonly context: Record<string, string | string[]>
}

/** What a policy is attached to, which decides what it may contain. */
export type PolicyKind = 'identity' | 'resource' | 'serviceControl'

const VERDICTS = { Allowed: 'allow', ImplicitlyDenied: 'implicit', ExplicitlyDenied: 'explicit' } as const

/** Evaluates statements that all apply to the caller: principals were matched before. */
export function evaluateStatements(statements: readonly PolicyStatement[], request: EngineRequest): Verdict {
  // The engine would read a whole policy for each call, and most statements are not about the action.
  const concerned = statements.flatMap((statement) => aboutAction(statement, request.action) ?? [])
  return evidentVerdict(concerned, request.action) ?? engineVerdict(concerned, request)
}

/** The verdict of statements for every resource and without conditions, which needs no engine; `undefined` if the engine is needed. */
function evidentVerdict(concerned: readonly PolicyStatement[], action: string): Verdict | undefined {
  if (concerned.length === 0) return 'implicit'
  if (HAS_RULES_OF_ITS_OWN.test(action)) return undefined
  const always = concerned.filter(
    ({ Action, Resource, Condition }) => Action !== undefined && Resource === '*' && Condition === undefined,
  )
  if (always.some(({ Effect }) => Effect === 'Deny')) return 'explicit'
  const mayDeny = concerned.some(({ Effect }) => Effect === 'Deny')
  return always.length > 0 && !mayDeny ? 'allow' : undefined
}

/** Services for which the engine knows of more than statements. */
const HAS_RULES_OF_ITS_OWN = /^(iam|kms|s3|sts):/i

/** What iam-simulate says of all statements that are given. */
export function engineVerdict(concerned: readonly PolicyStatement[], request: EngineRequest): Verdict {
  // A request for something that has no id yet is made for `subnet/*`. To the engine a star in the request is a
  // question ("any of these?"), which a policy for one subnet would answer with yes: AWS takes it literally.
  const resource = request.resource.replaceAll('*', 'any')
  const policy = { Version: '2012-10-17', Statement: concerned }
  const result = runUnsafeSimulation(
    {
      ...simulation(request.action, resource, request.context),
      ...(request.action.startsWith('kms:') && { resourcePolicy: KEY_POLICY }),
      identityPolicies: [{ name: 'policy', policy }],
    },
    {},
  )
  return VERDICTS[result]
}

/**
 * The engine takes a KMS key to be closed to its account unless the key's own policy opens it, as AWS's own keys do. This is such a policy, in
 * the form of a policy that the engine has validated; it accepts no other form.
 */
const KEY_POLICY = {
  __validated: true,
  metadata: { name: 'key' },
  policyDocument: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'kms:*', Resource: '*' },
    ],
  },
}

/** By statement and action: the statement with the one of its actions that matches, because the engine would read all of them. */
const narrowed = new WeakMap<PolicyStatement, Map<string, PolicyStatement | undefined>>()

/** The part of a statement that is about an action; `undefined` if there is none. A statement with `NotAction` is always passed to the engine. */
function aboutAction(statement: PolicyStatement, action: string): PolicyStatement | undefined {
  const { Action } = statement
  if (Action === undefined) return statement
  const known = narrowed.get(statement) ?? new Map<string, PolicyStatement | undefined>()
  narrowed.set(statement, known)
  if (!known.has(action)) {
    const meant = [Action].flat().find((pattern) => isOf(pattern, action))
    known.set(action, meant === undefined ? undefined : { ...statement, Action: meant })
  }
  return known.get(action)
}

const patterns = new Map<string, RegExp>()

/** Matches a pattern such as `ec2:Describe*`, without regard to case. */
function isOf(pattern: string, action: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === action.toLowerCase()
  let known = patterns.get(pattern)
  if (!known) {
    known = wildcard(pattern, 'i')
    if (patterns.size >= PATTERNS_KEPT) patterns.clear()
    patterns.set(pattern, known)
  }
  return known.test(action)
}

const PATTERNS_KEPT = 2_000

/**
 * The condition keys of a request that IAM has for its action, single-valued or multivalued as in IAM. Other keys are left out: `sts:TagSession`
 * does not have `sts:ExternalId`, so a statement that demands this key refuses it.
 * @throws Error for an action that IAM does not have, or a resource that the action does not have.
 */
export async function normalizeContext(
  action: string,
  resource: string,
  context: Context,
): Promise<Record<string, string | string[]>> {
  return pickKeys(context, await knownKeys(action, resource))
}

/** For unsigned operations such as fetching a key set, for which IAM has no action: all keys of the caller. */
export const anonymousContext = (context: Context) => pickKeys(context, 'all')

async function pickKeys(
  context: Context,
  known: ReadonlySet<string> | 'all',
): Promise<Record<string, string | string[]>> {
  const normalized: Record<string, string | string[]> = {}
  for (const [key, value] of Object.entries(context)) {
    if (known !== 'all' && !listsKey(known, key)) continue
    if (await isMultivalued(key)) normalized[key] = typeof value === 'string' ? [value] : [...value]
    else if (typeof value === 'string') normalized[key] = value
    else if (value.length === 1 && value[0] !== undefined) normalized[key] = value[0]
    else throw new Error(`Condition key ${key} has one value, got ${value.length}`)
  }
  return normalized
}

const multivalued = new Map<string, Promise<boolean>>()

/** Whether IAM has a list of values for a condition key. */
function isMultivalued(key: string): Promise<boolean> {
  // One key for all tags of a kind.
  const kind = key.replace(/\/.*/, '/any')
  const known = multivalued.get(kind) ?? typeForContextKey(key).then(isConditionKeyArray)
  multivalued.set(kind, known)
  return known
}

async function knownKeys(action: string, resource: string): Promise<ReadonlySet<string>> {
  const { types, keys } = await referenceOf(action)
  // AWS evaluates such an action on `*` only: a policy that allows it on an ARN has no effect.
  if (types.length === 0 && resource !== '*')
    throw new Error(`IAM knows ${action} without a resource only: ask for it on *, not on ${resource}`)
  const fitting = types.filter((type) => isOfType(resource, type))
  // Some calls are checked before a resource exists, even if the reference lists a resource. The resource's tags are then unknown.
  if (fitting.length === 0 && resource !== '*' && !OF_BOTH_GENERATIONS.has(action))
    throw new Error(`IAM has no resource like ${resource} for ${action}`)
  const what = [action, ...fitting.map(({ name }) => name)].join(' ')
  const known = keysOf.get(what) ?? keysOfRequest(action, keys, fitting)
  keysOf.set(what, known)
  return known
}

/** By action and the resource types that the request is about. */
const keysOf = new Map<string, ReadonlySet<string>>()

function keysOfRequest(
  action: string,
  keys: readonly string[],
  types: readonly ResourceTypeReference[],
): ReadonlySet<string> {
  const all = [...globalKeys(), ...keys, ...types.flatMap((type) => type.keys)].map((key) => key.toLowerCase())
  // Tags of a bucket count once that is switched on for the bucket, which nothing here does.
  return new Set(all.filter((key) => !(action.startsWith('s3:') && key.startsWith('aws:resourcetag/'))))
}

/** The reference lists these for classic load balancers only. AWS also checks them for target groups, listeners and rules. */
const OF_BOTH_GENERATIONS: ReadonlySet<string> = new Set([
  'elasticloadbalancing:AddTags',
  'elasticloadbalancing:RemoveTags',
])

const OPERATORS = new Set(
  [
    ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
    ...['StringLike', 'StringNotLike', 'ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
    ...['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals'],
    ...['NumericGreaterThan', 'NumericGreaterThanEquals', 'DateEquals', 'DateNotEquals', 'DateLessThan'],
    ...['DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals', 'Bool', 'BinaryEquals'],
    ...['IpAddress', 'NotIpAddress', 'Null'],
  ].map((operator) => operator.toLowerCase()),
)

/** Keys that every session has on AWS, but not here. A denial with such a key would silently have no effect. */
const KEYS_NOT_HERE = ['aws:userid', 'aws:TokenIssueTime', 'aws:PrincipalOrgPaths', 'aws:ResourceOrgPaths']

/**
 * Refuses a policy that IAM would not save, and one that the local cloud would evaluate differently from AWS.
 * @param name the policy's name for the message
 * @throws AwsError `MalformedPolicyDocument`
 * @throws UnsupportedError
 */
export async function validatePolicy(kind: PolicyKind, document: PolicyDocument, name: string): Promise<void> {
  if (validated[kind].has(document)) return
  const text = `${kind} ${JSON.stringify(document)}`
  // Callers may parse the same policy again for every request.
  if (!validTexts.has(text)) {
    await validate(kind, document, name)
    if (validTexts.size >= TEXTS_KEPT) validTexts.clear()
    validTexts.add(text)
  }
  validated[kind].add(document)
}

const validated = { identity: new WeakSet(), resource: new WeakSet(), serviceControl: new WeakSet() } as const
const validTexts = new Set<string>()
const TEXTS_KEPT = 2_000

async function validate(kind: PolicyKind, document: PolicyDocument, name: string): Promise<void> {
  refuseUnsupported(document, name)
  const result = await runSimulation(
    { ...simulation('sts:GetCallerIdentity', '*', {}), ...attached(kind, document) },
    {},
  )
  const problems: string[] = []
  if (result.resultType === 'error') collectMessages(result.errors, problems)
  for (const [index, statement] of statementsOf(document).entries())
    problems.push(...statementProblems(kind, statement).map((problem) => `Statement[${index}] ${problem}`))
  if (problems.length > 0)
    throw new AwsError('MalformedPolicyDocument', `Syntax errors in policy ${name}: ${problems.join('; ')}`)
}

function refuseUnsupported(document: PolicyDocument, name: string): void {
  const text = JSON.stringify(document)
  const key = KEYS_NOT_HERE.find((one) => text.toLowerCase().includes(one.toLowerCase()))
  if (key) throw new UnsupportedError(`the condition key ${key}, in the policy ${name}`)
  if (statementsOf(document).some((statement) => 'NotPrincipal' in statement))
    throw new UnsupportedError(`NotPrincipal, in the policy ${name}`)
  // In older versions of the policy language, IAM takes a variable as plain text.
  if (document.Version !== '2012-10-17' && text.includes('${'))
    throw new UnsupportedError(
      `variables in a policy of version ${document.Version ?? '2008-10-17'}, in the policy ${name}`,
    )
}

function statementProblems(kind: PolicyKind, statement: PolicyStatement): string[] {
  const problems = []
  if (kind === 'resource' && statement.Principal === undefined) problems.push('Missing required field Principal')
  for (const operator of Object.keys(statement.Condition ?? {})) {
    const base = operator.replace(/^For(All|Any)Values?:/i, '').replace(/IfExists$/i, '')
    if (!OPERATORS.has(base.toLowerCase())) problems.push(`Invalid Condition type: ${operator}`)
  }
  return problems
}

/** IAM accepts a single statement in place of a list. */
export function statementsOf(document: PolicyDocument): readonly PolicyStatement[] {
  return Array.isArray(document.Statement) ? document.Statement : [document.Statement as unknown as PolicyStatement]
}

function collectMessages(errors: unknown, into: string[]): void {
  if (Array.isArray(errors)) for (const error of errors) collectMessages(error, into)
  else if (typeof errors === 'object' && errors !== null) {
    if ('message' in errors && 'path' in errors) into.push(`${String(errors.path)} ${String(errors.message)}`.trim())
    else for (const value of Object.values(errors)) collectMessages(value, into)
  }
}

function attached(kind: PolicyKind, policy: PolicyDocument): Partial<Simulation> {
  switch (kind) {
    case 'identity':
      return { identityPolicies: [{ name: 'policy', policy }] }
    case 'resource':
      return { resourcePolicy: policy }
    case 'serviceControl':
      return { serviceControlPolicies: [{ orgIdentifier: 'level', policies: [{ name: 'policy', policy }] }] }
  }
}

/** A request in the engine's form, without policies. The accounts in it do not matter, because one layer is evaluated at a time. */
function simulation(action: string, resource: string, context: Record<string, string | string[]>): Simulation {
  const account = '000000000000'
  return {
    request: {
      principal: `arn:aws:sts::${account}:assumed-role/any/any`,
      action,
      resource: { resource, accountId: account },
      contextVariables: context,
    },
    identityPolicies: [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }
}
