/** `aws.iam`: policies, inline and managed, and their attachments. */
import { AwsError } from '../../errors.ts'
import type { Index } from '../../ledger/ledger-index.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { autoName, known, text } from '../../resource/values.ts'
import { POLICY, requireRole } from './iam-role.ts'
import { MANAGED_POLICIES } from './managed-policies.ts'
import { parsePolicy, refuseIdentityPolicy } from './policy-document.ts'

export const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy'
const ROLE_POLICY_ATTACHMENT = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'

/** Characters without white space: all inline policies of a role together, and one managed policy. */
const INLINE_LIMIT = 10_240
const MANAGED_LIMIT = 6144
const ATTACHMENT_QUOTA = 10

const sizeOf = (policy: string) => policy.replace(/\s/g, '').length

/** IAM is global: what else an account has, in whatever region it was made. */
const siblings = ({ ledger, account, urn }: Situation, type: string, output: string, value: string) =>
  ledger.where(type, output, value).filter((other) => other.account === account && other.urn !== urn)

const POLICY_BY_NAME: Index = { type: POLICY, keysOf: ({ outputs }) => [String(outputs.name).toLowerCase()] }

const rolePolicy: ResourceType = {
  type: ROLE_POLICY,
  inputs: ['name', 'role', 'policy'],
  required: ['role', 'policy'],
  named: 'name',
  replaces: ['name', 'role'],
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    const roleName = known(inputs, 'role')
    requireRole(situation, roleName)
    const policy = known(inputs, 'policy')
    refuseIdentityPolicy(parsePolicy(policy))
    const ofRole = siblings(situation, ROLE_POLICY, 'role', roleName)
    const size = ofRole.reduce((sum, other) => sum + sizeOf(known(other.inputs, 'policy')), sizeOf(policy))
    if (size > INLINE_LIMIT)
      throw new AwsError(
        'LimitExceeded',
        `Maximum policy size of ${INLINE_LIMIT} bytes exceeded for role ${roleName}`,
        409,
      )
  },
  answer(situation) {
    const name = autoName(situation)
    return { id: `${known(situation.inputs, 'role')}:${name}`, outputs: { name } }
  },
}

const policy: ResourceType = {
  type: POLICY,
  inputs: ['name', 'path', 'description', 'policy', 'tags'],
  required: ['policy'],
  named: 'name',
  replaces: ['name', 'path', 'description'],
  defaults: { path: '/' },
  heldCode: 'DeleteConflict',
  heldThrough: [`${ROLE_POLICY_ATTACHMENT}.policyArn`, 'aws:iam/role:Role.permissionsBoundary'],
  refuse(situation) {
    const text = known(situation.inputs, 'policy')
    const name = autoName(situation)
    refuseIdentityPolicy(parsePolicy(text))
    if (sizeOf(text) > MANAGED_LIMIT)
      throw new AwsError('LimitExceeded', `Cannot exceed quota for PolicySize: ${MANAGED_LIMIT}`, 409)
    if (!/^[\w+=,.@-]{1,128}$/.test(name))
      throw new AwsError(
        'ValidationError',
        `1 validation error detected: Value '${name}' at 'policyName' failed to satisfy constraint: Member must have length less than or equal to 128 and match [\\w+=,.@-]+`,
      )
    const { ledger, account, urn } = situation
    const sameName = ledger.lookUp(POLICY_BY_NAME, name.toLowerCase())
    if (sameName.some((other) => other.account === account && other.urn !== urn))
      throw new AwsError(
        'EntityAlreadyExists',
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
        409,
      )
  },
  answer(situation) {
    const name = autoName(situation)
    const path = text(situation.inputs, 'path') ?? '/'
    const arn = `arn:aws:iam::${situation.account}:policy${path}${name}`
    return {
      id: arn,
      outputs: { name, path, arn, policyId: `ANPA${situation.stableToken(17).toUpperCase()}` },
    }
  },
}

const attachment: ResourceType = {
  type: ROLE_POLICY_ATTACHMENT,
  inputs: ['role', 'policyArn'],
  required: ['role', 'policyArn'],
  replaces: ['role', 'policyArn'],
  heldThrough: [],
  refuse(situation) {
    const roleName = known(situation.inputs, 'role')
    const policyArn = known(situation.inputs, 'policyArn')
    requireRole(situation, roleName)
    const declared = situation.ledger.findBy(POLICY, 'arn', policyArn)
    if (declared?.account !== situation.account && !(policyArn in MANAGED_POLICIES))
      throw new AwsError('NoSuchEntity', `Policy ${policyArn} does not exist or is not attachable.`, 404)
    const attached = siblings(situation, ROLE_POLICY_ATTACHMENT, 'role', roleName)
    if (attached.length >= ATTACHMENT_QUOTA)
      throw new AwsError('LimitExceeded', `Cannot exceed quota for PoliciesPerRole: ${ATTACHMENT_QUOTA}`, 409)
  },
  answer: (situation) => ({
    id: `${known(situation.inputs, 'role')}-${situation.stableToken(26)}`,
    outputs: {},
  }),
}

export const iamPolicies: readonly ResourceType[] = [rolePolicy, policy, attachment]
