/**
 * Principals: a role's policies, boundary, trust policy and tags, from the ledger or, for the people who deploy, from the organisation. They are
 * read again only after a change of the ledger.
 */

import { AwsError, UnsupportedError } from '../errors.ts'
import { isObject } from '../ledger/is-object.ts'
import type { Declared, LedgerView, Properties, Value } from '../ledger/ledger.ts'
import { existingPolicy, type Organization, type PolicyDocument } from '../organization.ts'
import { MANAGED_POLICIES } from './managed-policies.ts'

/** A role, as IAM evaluates it. */
export interface Principal {
  readonly arn: string
  readonly account: string
  /** Inline and attached policies. */
  readonly policies: readonly PolicyDocument[]
  readonly boundary?: PolicyDocument
  /** The role's trust policy: the resource policy of `sts:AssumeRole`. */
  readonly trust: PolicyDocument
  /** The `aws:PrincipalTag/…` of every session, unless the session was given a tag with the same name. */
  readonly tags: Readonly<Record<string, string>>
  readonly maxSessionSeconds: number
}

const ROLE = 'aws:iam/role:Role'
const DEFAULT_SESSION_SECONDS = 3600

/** Looks up a role by its ARN; `undefined` if it does not exist. */
export type FindPrincipal = (arn: string) => Principal | undefined

/** A lookup in the ledger and the organisation that caches its results until the ledger changes. */
export function createPrincipals(ledger: LedgerView, organization: Organization): FindPrincipal {
  const existing = existingRoles(organization)
  let version = -1
  let read = new Map<string, Principal | undefined>()
  return (arn) => {
    if (ledger.version !== version) {
      version = ledger.version
      read = new Map()
    }
    if (!read.has(arn)) {
      const declared = ledger.findBy(ROLE, 'arn', arn)
      read.set(arn, declared ? fromLedger(ledger, organization, declared) : existing.get(arn))
    }
    return read.get(arn)
  }
}

function existingRoles(organization: Organization): ReadonlyMap<string, Principal> {
  const roles = new Map<string, Principal>()
  for (const account of organization.accounts)
    for (const { name, trust, policy } of account.roles) {
      const arn = `arn:aws:iam::${account.id}:role/${name}`
      const maxSessionSeconds = DEFAULT_SESSION_SECONDS
      roles.set(arn, { arn, account: account.id, policies: [policy], trust, tags: {}, maxSessionSeconds })
    }
  return roles
}

function fromLedger(ledger: LedgerView, organization: Organization, role: Declared): Principal {
  const arn = text(role.outputs, 'arn') ?? role.id
  const name = text(role.outputs, 'name') ?? role.id
  const attached = [
    ...texts(role.outputs.managedPolicyArns),
    ...ofRole(ledger, 'aws:iam/rolePolicyAttachment:RolePolicyAttachment', role, name).map(({ outputs }) =>
      required(outputs, 'policyArn', 'role policy attachment'),
    ),
  ]
  const inline = [
    ...list(role.outputs.inlinePolicies).flatMap((entry) => text(entry, 'policy') ?? []),
    ...ofRole(ledger, 'aws:iam/rolePolicy:RolePolicy', role, name).map(({ outputs }) =>
      required(outputs, 'policy', 'role policy'),
    ),
  ]
  const boundary = text(role.outputs, 'permissionsBoundary')
  return {
    arn,
    account: role.account,
    policies: [
      ...inline.map((policy) => parsePolicy(policy, `of role ${name}`)),
      // A policy may be in the role's own list and in an attachment.
      ...[...new Set(attached)].map((policyArn) => managedPolicy(ledger, organization, policyArn)),
    ],
    ...(boundary && { boundary: managedPolicy(ledger, organization, boundary) }),
    trust: parsePolicy(
      required(role.outputs, 'assumeRolePolicy', `role ${name}`),
      `that trusts callers of role ${name}`,
    ),
    tags: tagsOf(role.outputs),
    maxSessionSeconds: Number(role.outputs.maxSessionDuration ?? DEFAULT_SESSION_SECONDS),
  }
}

/** The input `role` of an inline policy or attachment is a role's name, which is unique within an account only. */
const ofRole = (ledger: LedgerView, type: string, role: Declared, name: string) =>
  ledger.where(type, 'role', name).filter(({ account }) => account === role.account)

function managedPolicy(ledger: LedgerView, organization: Organization, arn: string): PolicyDocument {
  const declared = ledger.findBy('aws:iam/policy:Policy', 'arn', arn)
  if (declared) return parsePolicy(required(declared.outputs, 'policy', `policy ${arn}`), arn)
  const existing = existingPolicy(organization, arn)
  if (existing) return existing.policy
  if (!arn.startsWith('arn:aws:iam::aws:')) throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist.`, 404)
  const known = MANAGED_POLICIES[arn]
  if (!known) throw new UnsupportedError(`the AWS managed policy ${arn}`)
  return known
}

const documents = new Map<string, PolicyDocument>()
const DOCUMENTS_KEPT = 1_000

/**
 * Parses a policy's text. The same text gives the same object, so that each policy is validated once.
 * @throws AwsError `MalformedPolicyDocument` if it is no JSON object
 */
export function parsePolicy(value: Value, name: string): PolicyDocument {
  const json = typeof value === 'string' ? value : JSON.stringify(value)
  const kept = documents.get(json)
  if (kept) return kept
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (cause) {
    throw Object.assign(new AwsError('MalformedPolicyDocument', `The policy ${name} is not JSON.`), { cause })
  }
  if (typeof parsed !== 'object' || parsed === null || !('Statement' in parsed))
    throw new AwsError('MalformedPolicyDocument', `The policy ${name} has no Statement.`)
  if (documents.size >= DOCUMENTS_KEPT) documents.clear()
  documents.set(json, parsed as PolicyDocument)
  return parsed as PolicyDocument
}

/** `tagsAll` contains the resource's own tags and those of its provider. */
function tagsOf(outputs: Properties): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {}
  for (const source of [outputs.tags, outputs.tagsAll])
    if (isObject(source))
      for (const [key, value] of Object.entries(source)) if (typeof value === 'string') tags[key] = value
  return tags
}

const list = (value: Value | undefined): readonly Properties[] => (Array.isArray(value) ? value.filter(isObject) : [])
const texts = (value: Value | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []

function text(properties: Properties, name: string): string | undefined {
  const value = properties[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function required(properties: Properties, name: string, what: string): string {
  const value = text(properties, name)
  if (value === undefined) throw new Error(`The ledger's ${what} has no ${name}`)
  return value
}
