/** `aws.lb.TargetGroupAttachment`. */

import { AwsError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { later, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, others, own, requireOwn } from '../../../resource/values.ts'
import { FUNCTION } from '../../lambda/resources/function.ts'
import { permits } from '../../lambda/resources/permission.ts'
import { describe, elb } from '../calls.ts'
import { TARGET_GROUP } from '../listener-actions.ts'

const TARGET_GROUP_ATTACHMENT = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'

const PRINCIPAL = 'elasticloadbalancing.amazonaws.com'

export const targetGroupAttachment: ResourceType = {
  type: TARGET_GROUP_ATTACHMENT,
  inputs: ['targetGroupArn', 'targetId'],
  required: ['targetGroupArn', 'targetId'],
  replaces: ['targetGroupArn', 'targetId'],
  releases: 'all',
  refuse(situation) {
    const targetGroupArn = known(situation.inputs, 'targetGroupArn')
    const targetId = known(situation.inputs, 'targetId')
    requireOwn(situation, TARGET_GROUP, targetGroupArn, 'TargetGroupNotFound', 'One or more target groups not found')
    const target = situation.ledger.findBy(FUNCTION, 'arn', targetId)
    if (!target || !own(situation, FUNCTION, target.id))
      throw new AwsError('InvalidTarget', `The following targets are not valid: '${targetId}'`)
    // The load balancer tries to call the function when it is registered.
    if (!permits(situation.ledger, target, PRINCIPAL, targetGroupArn))
      throw new AwsError(
        'AccessDenied',
        `elasticloadbalancing principal does not have permission to invoke ${targetId} from target group ${targetGroupArn}`,
        403,
      )
    if (others(situation, TARGET_GROUP_ATTACHMENT, ['targetGroupArn', targetGroupArn]).length > 0)
      throw new AwsError(
        'TooManyTargets',
        `Target group '${targetGroupArn}' has a target already: a Lambda target group has one`,
      )
  },
  answer: (situation) => ({
    id: `${known(situation.inputs, 'targetGroupArn')}-${situation.stableToken(26)}`,
    outputs: {},
  }),
  permissions: (operation, situation) => {
    const groupArn = known(situation.inputs, 'targetGroupArn')
    const tags = resourceTags(situation.ledger.findBy('aws:lb/targetGroup:TargetGroup', 'arn', groupArn)?.outputs)
    if (operation === 'create')
      return [elb('RegisterTargets', groupArn, tags), ...later([], ...describe('TargetHealth'))]
    return operation === 'delete' ? [elb('DeregisterTargets', groupArn, tags)] : describe('TargetHealth')
  },
  importId: {
    format: 'TARGETGROUPARN,TARGET',
    pattern: /^arn:[^,]+,[^,]+/,
    of: ({ inputs }) => [`${idPart(inputs, 'targetGroupArn')},${idPart(inputs, 'targetId')}`],
  },
}
