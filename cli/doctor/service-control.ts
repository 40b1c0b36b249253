/** Reads attached service control policies, and decides whether they let a call through. */
import {
  DescribePolicyCommand,
  ListParentsCommand,
  type PolicySummary,
  paginateListPoliciesForTarget,
} from '@aws-sdk/client-organizations'
import { covers } from '../../policy-pack/conditions.ts'
import type { PolicyDocument, PolicyStatement } from '../../shared/policies/document.ts'
import type { Clients } from './clients.ts'

export interface AttachedPolicy {
  /** The name as AWS lists it, with the id. */
  readonly name: string
  readonly statements: readonly PolicyStatement[]
}

/** The policies of one level (the account, an organisational unit or the root). Each level must allow a call. */
export interface Level {
  readonly id: string
  readonly policies: readonly AttachedPolicy[]
}

/** The policy that AWS itself attaches. It cannot be read with a permission for the organisation's own policies, but its content is known. */
const FULL_ACCESS: readonly PolicyStatement[] = [{ Effect: 'Allow', Action: '*', Resource: '*' }]

/**
 * The levels from the account up to the root.
 * @param account twelve digits
 * @throws AWS's error, which is AccessDeniedException for every account except the management account and delegated administrators
 */
export async function levelsOf({ organizations }: Clients, account: string): Promise<readonly Level[]> {
  const levels: Level[] = []
  let id: string | undefined = account
  while (id !== undefined) {
    const summaries = await attachedTo(organizations, id)
    levels.push({ id, policies: await Promise.all(summaries.map((one) => read(organizations, one))) })
    id = await parentOf(organizations, id)
  }
  return levels
}

/** @returns undefined for the root */
async function parentOf(organizations: Clients['organizations'], ChildId: string): Promise<string | undefined> {
  if (ChildId.startsWith('r-')) return undefined
  const { Parents = [] } = await organizations.send(new ListParentsCommand({ ChildId }))
  return Parents[0]?.Id
}

async function attachedTo(
  organizations: Clients['organizations'],
  TargetId: string,
): Promise<readonly PolicySummary[]> {
  const found: PolicySummary[] = []
  const asked = { TargetId, Filter: 'SERVICE_CONTROL_POLICY' } as const
  for await (const { Policies = [] } of paginateListPoliciesForTarget({ client: organizations }, asked))
    found.push(...Policies)
  return found
}

async function read(organizations: Clients['organizations'], summary: PolicySummary): Promise<AttachedPolicy> {
  const { Id: id = '', Name: name = '', AwsManaged: awsManaged } = summary
  if (awsManaged && id === 'p-FullAWSAccess') return { name, statements: FULL_ACCESS }
  const { Policy } = await organizations.send(new DescribePolicyCommand({ PolicyId: id }))
  const { Statement } = JSON.parse(Policy?.Content ?? '{"Statement":[]}') as PolicyDocument
  return { name: `${name} (${id})`, statements: [Statement].flat() }
}

/** A call as service control policies see it. */
export interface Call {
  readonly action: string
  readonly resource: string
  /** The region is `unspecified` for a request that a `global` profile forwards. */
  readonly region: string
  /** If absent, the value is not known before the call. */
  readonly principalArn?: string
  /**
   * Whether the call goes through an interface endpoint.
   * @default no
   */
  readonly throughEndpoint?: boolean
}

/**
 * `perhaps`: a statement denies the call under a condition whose value is not known before the call. `why` names the policy and the statement.
 */
export type Outcome = { readonly is: 'allowed' } | { readonly is: 'denied' | 'perhaps'; readonly why: string }

export function outcomeOf(levels: readonly Level[], call: Call): Outcome {
  let perhaps: string | undefined
  for (const { id, policies } of levels)
    for (const { name, statements } of policies)
      for (const statement of statements) {
        if (statement.Effect !== 'Deny') continue
        const applies = appliesTo(statement, call)
        if (applies === false) continue
        const why = `${name}, ${statement.Sid ?? 'a statement without a Sid'}, at ${id}`
        if (applies === true) return { is: 'denied', why }
        perhaps ??= why
      }
  for (const { id, policies } of levels) {
    const answers = policies.flatMap(({ statements }) =>
      statements.filter(({ Effect }) => Effect === 'Allow').map((statement) => appliesTo(statement, call)),
    )
    if (answers.includes(true)) continue
    const why = `no policy at ${id} allows it`
    if (!answers.includes('perhaps')) return { is: 'denied', why }
    perhaps ??= why
  }
  return perhaps === undefined ? { is: 'allowed' } : { is: 'perhaps', why: perhaps }
}

type Truth = boolean | 'perhaps'

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat()

function appliesTo(statement: PolicyStatement, call: Call): Truth {
  const { Action, NotAction, Resource, NotResource } = statement
  const matches = (patterns: readonly string[], text: string) => patterns.some((pattern) => covers(pattern, text))
  if (NotAction === undefined ? !matches(list(Action), call.action) : matches(list(NotAction), call.action))
    return false
  if (NotResource === undefined ? !matches(list(Resource), call.resource) : matches(list(NotResource), call.resource))
    return false
  const truths = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => holds(operator, key, list(values), call)),
  )
  if (truths.includes(false)) return false
  return truths.includes('perhaps') ? 'perhaps' : true
}

function holds(operator: string, key: string, values: readonly string[], call: Call): Truth {
  const { there, value } = knownOf(key.toLowerCase(), call)
  if (there === undefined) return 'perhaps'
  if (operator === 'Null') return values.includes(String(!there))
  const match = /^(?:String|Arn)(Not)?(?:Equals|Like)(?:IgnoreCase)?(IfExists)?$/.exec(operator)
  if (!match) return 'perhaps'
  const [, not, ifExists] = match
  if (!there) return not !== undefined || ifExists !== undefined
  if (value === undefined) return 'perhaps'
  return values.some((pattern) => covers(pattern, value)) !== (not !== undefined)
}

interface Known {
  /** Whether the call has the condition key at all; undefined if that is not known before the call. */
  readonly there?: boolean
  readonly value?: string
}

function knownOf(key: string, { region, principalArn, throughEndpoint }: Call): Known {
  if (key === 'aws:requestedregion') return { there: true, value: region }
  if (key === 'aws:principalarn') return { there: true, ...(principalArn !== undefined && { value: principalArn }) }
  if (key === 'aws:sourcevpce') return { there: throughEndpoint === true }
  return {}
}
