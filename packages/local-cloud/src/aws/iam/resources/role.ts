/** `aws.iam.Role`. */

import { AwsError } from '../../../errors.ts'
import type { Properties, Value } from '../../../ledger/ledger.ts'
import type { Index } from '../../../ledger/ledger-index.ts'
import { existingPolicy } from '../../../organization.ts'
import { call, changed, later, newTags, ownTags, retag } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { asObject, autoName, known, number, text } from '../../../resource/values.ts'
import { listed, parsePolicy } from '../policy-document.ts'

export const POLICY = 'aws:iam/policy:Policy'

export const ROLE = 'aws:iam/role:Role'

export const INSTANCE_PROFILE = 'aws:iam/instanceProfile:InstanceProfile'

/** The most characters of a trust policy, without white space. */
const TRUST_LIMIT = 2048

const NAME = /^[\w+=,.@-]{1,64}$/

const LONGEST_NAME = 64

/** Roles by name. IAM is global, so names are unique in an account, whatever the region. */
const BY_NAME: Readonly<Record<string, Index>> = Object.fromEntries(
  [ROLE, INSTANCE_PROFILE].map((type) => [
    type,
    { type, keysOf: ({ account, outputs }) => [`${account} ${String(outputs.name).toLowerCase()}`] } satisfies Index,
  ]),
)

const named = ({ ledger, account }: Pick<Situation, 'ledger' | 'account'>, type: string, name: string) =>
  ledger.lookUp(BY_NAME[type] as Index, `${account} ${name.toLowerCase()}`)

const validation = (message: string) => new AwsError('ValidationError', message)

export function refuseName(situation: Situation, type: string, what: string): void {
  const name = autoName(situation)
  if (!NAME.test(name))
    throw validation(
      `1 validation error detected: Value '${name}' at '${what[0]?.toLowerCase()}${what.slice(1)}Name' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_NAME} and match [\\w+=,.@-]+`,
    )
  const taken = named(situation, type, name).some(({ urn }) => urn !== situation.urn)
  const existing = situation.organization.accounts.find(({ id }) => id === situation.account)?.roles ?? []
  if (taken || (type === ROLE && existing.some((role) => role.name.toLowerCase() === name.toLowerCase())))
    throw new AwsError('EntityAlreadyExists', `${what} with name ${name} already exists.`, 409)
}

export const pathOf = (inputs: Properties) => text(inputs, 'path') ?? '/'

export const role: ResourceType = {
  type: ROLE,
  inputs: [
    'name',
    'path',
    'description',
    'assumeRolePolicy',
    'maxSessionDuration',
    'permissionsBoundary',
    'forceDetachPolicies',
    'tags',
  ],
  required: ['assumeRolePolicy'],
  named: 'name',
  replaces: ['name', 'path'],
  defaults: { path: '/', maxSessionDuration: 3600, forceDetachPolicies: false },
  heldCode: 'DeleteConflict',
  heldByOutputs: ['name'],
  heldThrough: [
    'aws:iam/rolePolicy:RolePolicy.role',
    'aws:iam/rolePolicyAttachment:RolePolicyAttachment.role',
    `${INSTANCE_PROFILE}.role`,
  ],
  refuse(situation) {
    const { inputs } = situation
    refuseName(situation, ROLE, 'Role')
    refuseTrust(situation, known(inputs, 'assumeRolePolicy'))
    const duration = number(inputs, 'maxSessionDuration') ?? 3600
    if (duration < 3600 || duration > 43_200)
      throw validation(`The requested DurationSeconds ${duration} is not between 3600 and 43200.`)
    if ((text(inputs, 'description') ?? '').length > 1000)
      throw validation('A role description has at most 1000 characters.')
    const boundary = text(inputs, 'permissionsBoundary')
    if (
      boundary !== undefined &&
      !situation.ledger.findBy(POLICY, 'arn', boundary) &&
      !existingPolicy(situation.organization, boundary)
    )
      throw new AwsError('NoSuchEntity', `Scope ARN: ${boundary} does not exist or is not attachable.`, 404)
  },
  answer(situation) {
    const { inputs, account } = situation
    const name = autoName(situation)
    return {
      id: name,
      outputs: {
        name,
        path: pathOf(inputs),
        arn: `arn:aws:iam::${account}:role${pathOf(inputs)}${name}`,
        uniqueId: `AROA${situation.stableToken(17).toUpperCase()}`,
        description: text(inputs, 'description') ?? '',
        maxSessionDuration: number(inputs, 'maxSessionDuration') ?? 3600,
      },
    }
  },
  permissions: (operation, situation, { outputs }) => {
    const roleArn = known(outputs, 'arn')
    const on = (action: string, context = {}) => call(`iam:${action}`, roleArn, { ...ownTags(situation), ...context })
    const read = ['GetRole', 'ListRolePolicies', 'ListAttachedRolePolicies'].map((action) => on(action))
    const boundary = boundaryOf(text(situation.inputs, 'permissionsBoundary'))
    switch (operation) {
      case 'create':
        return [
          on('CreateRole', { ...newTags(situation), ...boundary }),
          on('TagRole', newTags(situation)),
          ...later([], ...read),
        ]
      case 'read':
        return read
      case 'update':
        return [
          ...(changed(situation, 'assumeRolePolicy') ? [on('UpdateAssumeRolePolicy')] : []),
          ...(changed(situation, 'description') ? [on('UpdateRoleDescription')] : []),
          ...(changed(situation, 'maxSessionDuration') ? [on('UpdateRole')] : []),
          ...(changed(situation, 'permissionsBoundary') ? [boundaryChange(on, boundary)] : []),
          ...retag(situation, { add: 'iam:TagRole', remove: 'iam:UntagRole' }, roleArn),
          ...later([], ...read),
        ]
      case 'delete':
        return [on('ListInstanceProfilesForRole'), on('DeleteRole')]
    }
  },
}

/** Checks a trust policy. IAM resolves the AWS principals in it when it is saved. */
function refuseTrust(situation: Situation, policy: string): void {
  const statements = parsePolicy(policy)
  for (const statement of statements) {
    if (statement.Resource !== undefined || statement.NotResource !== undefined)
      throw new AwsError('MalformedPolicyDocument', 'Has prohibited field Resource')
    if (statement.Principal === undefined && statement.NotPrincipal === undefined)
      throw new AwsError('MalformedPolicyDocument', 'Missing required field Principal')
    refuseActions(statement)
    for (const principal of principalsOf(statement.Principal)) refusePrincipal(situation, principal)
  }
  const size = policy.replace(/\s/g, '').length
  if (size > TRUST_LIMIT)
    throw new AwsError('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${TRUST_LIMIT}`, 409)
}

function refuseActions(statement: Properties): void {
  for (const action of listed(statement.Action ?? statement.NotAction))
    if (!/^(sts:|\*)/.test(action))
      throw new AwsError('MalformedPolicyDocument', 'AssumeRole policy may only specify STS AssumeRole actions.')
}

function principalsOf(principal: Value | undefined): readonly string[] {
  if (typeof principal === 'string') return [principal]
  const kinds = asObject(principal) ?? {}
  for (const kind of Object.keys(kinds))
    if (!['AWS', 'Service', 'Federated'].includes(kind))
      throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "${kind}"`)
  for (const service of listed(kinds.Service))
    if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(service))
      throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "SERVICE":"${service}"`)
  return listed(kinds.AWS)
}

/** @throws AwsError for an account, or for a role in an account, that does not exist. */
function refusePrincipal(situation: Situation, principal: string): void {
  if (principal === '*') return
  const invalid = new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${principal}"`)
  const [, account = principal, resource = 'root'] = /^arn:aws:(?:iam|sts)::(\d{12}):(.+)$/.exec(principal) ?? []
  const found = situation.organization.accounts.find(({ id }) => id === account)
  if (!found) throw invalid
  if (resource === 'root') return
  if (found.roles.some(({ name }) => resource === `role/${name}`)) return
  if (!situation.ledger.findBy(ROLE, 'arn', principal)) throw invalid
}

/** A declared role of the same account, by its name. */
export function requireRole({ ledger, account }: Pick<Situation, 'ledger' | 'account'>, name: string) {
  const found = named({ ledger, account }, ROLE, name).find(({ outputs }) => outputs.name === name)
  if (!found) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
  return found
}

const boundaryOf = (boundary: string | undefined) =>
  boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }

const boundaryChange = (on: (action: string, context?: object) => ReturnType<typeof call>, boundary: object) =>
  Object.keys(boundary).length > 0 ? on('PutRolePermissionsBoundary', boundary) : on('DeleteRolePermissionsBoundary')

/** The role that the input `role` names, with its permissions boundary. */
export function target({ ledger, account, inputs }: Situation) {
  const name = known(inputs, 'role')
  const declared = ledger
    .all('aws:iam/role:Role')
    .find((one) => one.account === account && (one.outputs.name === name || one.outputs.arn === name))
  return {
    roleArn: text(declared?.outputs ?? {}, 'arn') ?? `arn:aws:iam::${account}:role/${name}`,
    boundary: boundaryOf(text(declared?.inputs ?? {}, 'permissionsBoundary')),
  }
}
