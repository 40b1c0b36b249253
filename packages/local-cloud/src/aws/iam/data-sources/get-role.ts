/** `aws.iam.getRole`. */
import { AwsError } from '../../../errors.ts'
import { call } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { findRole } from '../find-role.ts'

export const getRole: InvokeType = {
  token: 'aws:iam/getRole:getRole',
  inputs: ['name'],
  answer(asked) {
    const name = known(asked.inputs, 'name')
    const found = findRole(asked, name)
    if (!found) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
    const { path, arn, trust, uniqueId, tags } = found
    return { id: name, name, path, arn, assumeRolePolicy: trust, uniqueId, tags }
  },
  permissions(asked) {
    const name = known(asked.inputs, 'name')
    return [call('iam:GetRole', findRole(asked, name)?.arn ?? `arn:aws:iam::${asked.account}:role/${name}`)]
  },
}
