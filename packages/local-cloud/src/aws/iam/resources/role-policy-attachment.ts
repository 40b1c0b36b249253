/** `aws.iam.RolePolicyAttachment`. */

import { AwsError } from '../../../errors.ts'
import { MANAGED_POLICIES } from '../../../iam/managed-policies.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, later } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { ROLE_POLICY_ATTACHMENT } from './policy.ts'
import { POLICY, requireRole, target } from './role.ts'
import { siblings } from './role-policy.ts'

const ATTACHMENT_QUOTA = 10

export const rolePolicyAttachment: ResourceType = {
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
  permissions: (operation, situation) => {
    const { roleArn, boundary } = target(situation)
    const attached = { ...boundary, 'iam:PolicyARN': known(situation.inputs, 'policyArn') }
    const read = call('iam:ListAttachedRolePolicies', roleArn)
    if (operation === 'delete') return [call('iam:DetachRolePolicy', roleArn, attached)]
    return operation === 'read' ? [read] : [call('iam:AttachRolePolicy', roleArn, attached), ...later([], read)]
  },
  importId: {
    format: 'ROLE/POLICYARN',
    pattern: /^[^/]+\/arn:.+$/,
    of: ({ inputs }) => [`${idPart(inputs, 'role')}/${idPart(inputs, 'policyArn')}`],
  },
}
