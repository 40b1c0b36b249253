/** `aws.iam.InstanceProfile`. */

import { call, changed, later, lifeCycle, newTags, ownTags, passRole, retag } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { autoName, known, text } from '../../../resource/values.ts'
import { INSTANCE_PROFILE, pathOf, refuseName, requireRole } from './role.ts'

export const instanceProfile: ResourceType = {
  type: INSTANCE_PROFILE,
  inputs: ['name', 'path', 'role', 'tags'],
  named: 'name',
  replaces: ['name', 'path'],
  defaults: { path: '/' },
  // The provider removes the role first. IAM does not ask EC2: an instance with the profile is left without credentials.
  heldThrough: [],
  refuse(situation) {
    refuseName(situation, INSTANCE_PROFILE, 'Instance Profile')
  },
  // The role is added after the profile was made.
  afterwards: [
    {
      inputs: ['role'],
      refuse(situation) {
        const name = text(situation.inputs, 'role')
        if (name !== undefined) requireRole(situation, name)
      },
    },
  ],
  answer(situation) {
    const name = autoName(situation)
    const path = pathOf(situation.inputs)
    return {
      id: name,
      outputs: {
        name,
        path,
        arn: `arn:aws:iam::${situation.account}:instance-profile${path}${name}`,
        uniqueId: `AIPA${situation.stableToken(17).toUpperCase()}`,
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const profileArn = known(outputs, 'arn')
    const { inputs, account, current } = situation
    const on = (action: string) => call(`iam:${action}`, profileArn, ownTags(situation))
    const role = text(inputs, 'role')
    const add =
      role === undefined
        ? []
        : [passRole(`arn:aws:iam::${account}:role/${role}`, 'ec2.amazonaws.com'), on('AddRoleToInstanceProfile')]
    const had = text(current?.inputs ?? {}, 'role') !== undefined
    return {
      create: [
        call('iam:CreateInstanceProfile', profileArn, newTags(situation)),
        call('iam:TagInstanceProfile', profileArn, newTags(situation)),
        ...later(['role'], ...add),
      ],
      read: [on('GetInstanceProfile'), ...(role === undefined ? [] : [roleOf(account, role)])],
      update: [
        ...(changed(situation, 'role') ? [...(had ? [on('RemoveRoleFromInstanceProfile')] : []), ...add] : []),
        ...retag(situation, { add: 'iam:TagInstanceProfile', remove: 'iam:UntagInstanceProfile' }, profileArn),
      ],
      delete: [...(had ? [on('RemoveRoleFromInstanceProfile')] : []), on('DeleteInstanceProfile')],
    }
  }),
}

/** The provider reads whether the profile's role still exists. */
const roleOf = (account: string, role: string) => call('iam:GetRole', `arn:aws:iam::${account}:role/${role}`)
