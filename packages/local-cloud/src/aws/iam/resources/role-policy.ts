/** `aws.iam.RolePolicy`. */

import { AwsError } from '../../../errors.ts'
import { call, later } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { autoName, known } from '../../../resource/values.ts'
import { parsePolicy, refuseIdentityPolicy } from '../policy-document.ts'
import { sizeOf } from './policy.ts'
import { requireRole, target } from './role.ts'

export const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy'

/** Limits in characters, without white space: for all inline policies of a role together, and for one managed policy. */
const INLINE_LIMIT = 10_240

/** The account's other resources of a type, in every region, because IAM is global. */
export const siblings = ({ ledger, account, urn }: Situation, type: string, output: string, value: string) =>
  ledger.where(type, output, value).filter((other) => other.account === account && other.urn !== urn)

export const rolePolicy: ResourceType = {
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
  permissions: (operation, situation) => {
    const { roleArn, boundary } = target(situation)
    const read = call('iam:GetRolePolicy', roleArn)
    if (operation === 'delete') return [call('iam:DeleteRolePolicy', roleArn, boundary)]
    return operation === 'read' ? [read] : [call('iam:PutRolePolicy', roleArn, boundary), ...later([], read)]
  },
}
