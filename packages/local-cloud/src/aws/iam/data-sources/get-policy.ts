/** `aws.iam.getPolicy`, by its ARN: the provider reads the policy, then its document. */
import { call } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { requirePolicy } from '../find-policy.ts'

export const getPolicy: InvokeType = {
  token: 'aws:iam/getPolicy:getPolicy',
  inputs: ['arn'],
  answer(asked) {
    const arn = known(asked.inputs, 'arn')
    const { name, path, policy, tags } = requirePolicy(asked, arn)
    return { id: arn, arn, name, path, policy, tags }
  },
  permissions(asked) {
    const arn = known(asked.inputs, 'arn')
    return ['iam:GetPolicy', 'iam:GetPolicyVersion'].map((action) => call(action, arn))
  },
}
