/** The organisation as a tree: one root, the units that accounts name, and the service control policies that are attached. */
import { createHash } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import { isMember, type Organization, type PolicyDocument } from '../../organization.ts'
import { managementAccount } from './management-account.ts'

/** A target of policies. */
export interface Node {
  readonly id: string
  readonly type: 'ACCOUNT' | 'ORGANIZATIONAL_UNIT' | 'ROOT'
  readonly arn: string
}

export interface AttachedPolicy {
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly awsManaged: boolean
  readonly document: PolicyDocument
}

const ROOT_ID = 'r-gen1'

export function findNode(organization: Organization, id: string): Node | undefined {
  const management = managementAccount(organization)
  const arn = (kind: string) => `arn:aws:organizations::${management}:${kind}/${organization.id}/${id}`
  if (id === ROOT_ID) return { id, type: 'ROOT', arn: arn('root') }
  const unit = organization.accounts.flatMap(({ units = [] }) => units).find((one) => idOf(one) === id)
  if (unit !== undefined) return { id, type: 'ORGANIZATIONAL_UNIT', arn: unit }
  return isMember(organization, id) ? { id, type: 'ACCOUNT', arn: arn('account') } : undefined
}

/** @throws AwsError TargetNotFoundException */
export function nodeOf(organization: Organization, id: string): Node {
  const found = findNode(organization, id)
  if (found) return found
  throw new AwsError('TargetNotFoundException', 'You specified a target that does not exist.')
}

/** @returns undefined for the root */
export function parentOf(organization: Organization, { id, type }: Node): Node | undefined {
  if (type === 'ROOT') return undefined
  // An account's units are listed from the nearest to the farthest.
  const units = (
    organization.accounts.find((one) => one.id === id || one.units?.some((unit) => idOf(unit) === id))?.units ?? []
  ).map(idOf)
  return nodeOf(organization, units[units.indexOf(id) + 1] ?? ROOT_ID)
}

/** `FullAWSAccess` is attached everywhere. The other policies are attached to the accounts that the organisation lists them for. */
export function attachedTo(organization: Organization, { id }: Node): readonly AttachedPolicy[] {
  const own = organization.accounts.find((one) => one.id === id)?.serviceControlPolicies ?? []
  return [FULL_ACCESS, ...own.map((document) => ofDocument(organization, document))]
}

/** @throws AwsError PolicyNotFoundException */
export function policyOf(organization: Organization, id: string): AttachedPolicy {
  const all = organization.accounts.flatMap(({ serviceControlPolicies }) => serviceControlPolicies)
  const found = [FULL_ACCESS, ...all.map((document) => ofDocument(organization, document))].find((one) => one.id === id)
  if (found) return found
  throw new AwsError('PolicyNotFoundException', "We can't find a policy with the PolicyId that you specified.")
}

const FULL_ACCESS: AttachedPolicy = {
  id: 'p-FullAWSAccess',
  arn: 'arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess',
  name: 'FullAWSAccess',
  awsManaged: true,
  document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
}

function ofDocument(organization: Organization, document: PolicyDocument): AttachedPolicy {
  const id = `p-${createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 8)}`
  const management = managementAccount(organization)
  const arn = `arn:aws:organizations::${management}:policy/${organization.id}/service_control_policy/${id}`
  return { id, arn, name: `policy-${id}`, awsManaged: false, document }
}

/** Turns `arn:aws:organizations::ACCOUNT:ou/o-…/ou-…` into `ou-…`. */
const idOf = (arn: string): string => arn.split('/').at(-1) ?? ''

export const summaryOf = ({ id, arn, name, awsManaged }: AttachedPolicy) => ({
  Id: id,
  Arn: arn,
  Name: name,
  Type: 'SERVICE_CONTROL_POLICY',
  AwsManaged: awsManaged,
})
