/** `aws.iam.getRoles`: the provider lists all roles of the account, and filters the names itself. */
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { text } from '../../../resource/values.ts'
import { rolesOf } from '../find-role.ts'

export const getRoles: InvokeType = {
  token: 'aws:iam/getRoles:getRoles',
  inputs: ['nameRegex', 'pathPrefix'],
  answer(asked) {
    const name = new RegExp(text(asked.inputs, 'nameRegex') ?? '')
    const path = text(asked.inputs, 'pathPrefix') ?? '/'
    const found = rolesOf(asked).filter((one) => name.test(one.name) && one.path.startsWith(path))
    return { id: asked.region, names: found.map((one) => one.name), arns: found.map((one) => one.arn) }
  },
  permissions: () => calls('iam:ListRoles'),
}
