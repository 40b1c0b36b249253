/** `aws.ram.ResourceShare`. */

import { AwsError } from '../../../errors.ts'
import { call, calls, changed, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, flag, known, texts, uuid } from '../../../resource/values.ts'
import { SHARE } from '../../ec2/transit-gateway-state.ts'

export const resourceShare: ResourceType = {
  type: SHARE,
  inputs: ['name', 'allowExternalPrincipals', 'permissionArns', 'tags'],
  named: 'name',
  replaces: ['permissionArns'],
  defaults: { allowExternalPrincipals: false },
  refuse({ inputs }) {
    const custom = texts(inputs, 'permissionArns').filter((one) => !one.startsWith('arn:aws:ram::aws:permission/'))
    if (custom.length > 0) throw new AwsError('UnknownResourceException', `Permission ${custom[0]} could not be found.`)
  },
  answer(situation) {
    const id = arn(situation, 'ram', `resource-share/${uuid(situation)}`)
    const name = situation.inputs.name ?? `${situation.name}-${situation.stableToken(7, 'name')}`
    return {
      id,
      outputs: { arn: id, name, allowExternalPrincipals: flag(situation.inputs, 'allowExternalPrincipals') ?? false },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const shareArn = known(outputs, 'arn')
    const on = (action: string) => call(`ram:${action}`, shareArn, ownTags(situation))
    return {
      create: [
        call('ram:CreateResourceShare', '*', newTags(situation)),
        call('ram:TagResource', shareArn, newTags(situation)),
      ],
      read: [...calls('ram:GetResourceShares'), on('ListResourceSharePermissions')],
      update: [
        ...when(changed(situation, 'name', 'allowExternalPrincipals'), on('UpdateResourceShare')),
        ...retag(situation, { add: 'ram:TagResource', remove: 'ram:UntagResource' }, shareArn),
      ],
      delete: [on('DeleteResourceShare'), ...calls('ram:GetResourceShares')],
    }
  }),
}
