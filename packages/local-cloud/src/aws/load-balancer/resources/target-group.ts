/** `aws.lb.TargetGroup`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { changed, later, newTags, ownTags, resourceTags, retag } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, object, others, text } from '../../../resource/values.ts'
import { describe, elb, TAGGING } from '../calls.ts'
import { LISTENER, LISTENER_RULE, TARGET_GROUP } from '../listener-actions.ts'

const NAME = /^(?!-)[a-zA-Z0-9-]{1,32}(?<!-)$/

const nameOf = (situation: Situation) =>
  text(situation.inputs, 'name') ?? `${situation.name.slice(0, 24)}-${situation.stableToken(7, 'name')}`

export const targetGroup: ResourceType = {
  type: TARGET_GROUP,
  inputs: [
    'name',
    'targetType',
    'lambdaMultiValueHeadersEnabled',
    'healthCheck.enabled',
    'healthCheck.path',
    'healthCheck.interval',
    'healthCheck.timeout',
    'healthCheck.matcher',
    'healthCheck.healthyThreshold',
    'healthCheck.unhealthyThreshold',
    'tags',
  ],
  named: 'name',
  replaces: ['name', 'targetType'],
  defaults: { targetType: 'instance', lambdaMultiValueHeadersEnabled: false },
  heldCode: 'ResourceInUse',
  heldThrough: [`${LISTENER_RULE}.actions`, `${LISTENER}.defaultActions`],
  refuse(situation) {
    const kind = text(situation.inputs, 'targetType') ?? 'instance'
    if (kind !== 'lambda') throw new UnsupportedError(`targetType "${kind}" of ${TARGET_GROUP}: use "lambda"`)
    const name = nameOf(situation)
    if (!NAME.test(name))
      throw new AwsError(
        'ValidationError',
        `Target group name '${name}' can have a maximum of 32 characters: letters, digits and hyphens, not starting or ending with a hyphen`,
      )
    if (others(situation, TARGET_GROUP, ['name', name]).length > 0)
      throw new AwsError(
        'DuplicateTargetGroupName',
        `A target group with the same name '${name}' exists, but with different settings`,
      )
  },
  answer(situation) {
    const name = nameOf(situation)
    const suffix = `targetgroup/${name}/${situation.stableToken(16)}`
    const id = arn(situation, 'elasticloadbalancing', suffix)
    const { inputs } = situation
    return {
      id,
      outputs: {
        name,
        arn: id,
        arnSuffix: suffix,
        lambdaMultiValueHeadersEnabled: flag(inputs, 'lambdaMultiValueHeadersEnabled') ?? false,
        healthCheck: { enabled: false, ...object(inputs, 'healthCheck') },
        loadBalancerArns: [],
      },
    }
  },
  permissions: (operation, situation, { outputs }) => {
    const groupArn = known(outputs, 'arn')
    const read = describe('TargetGroups', 'TargetGroupAttributes', 'Tags')
    switch (operation) {
      case 'create':
        return [
          elb('CreateTargetGroup', groupArn, newTags(situation)),
          elb('AddTags', groupArn, {
            ...newTags(situation),
            'elasticloadbalancing:CreateAction': 'CreateTargetGroup',
          }),
          ...later(
            ['lambdaMultiValueHeadersEnabled'],
            elb('ModifyTargetGroupAttributes', groupArn, resourceTags(situation.inputs)),
          ),
          ...later([], ...read),
        ]
      case 'read':
        return read
      case 'update':
        return [
          ...(changed(situation, 'healthCheck') ? [elb('ModifyTargetGroup', groupArn, ownTags(situation))] : []),
          ...(changed(situation, 'lambdaMultiValueHeadersEnabled')
            ? [elb('ModifyTargetGroupAttributes', groupArn, ownTags(situation))]
            : []),
          ...retag(situation, TAGGING, groupArn),
          ...later([], ...read),
        ]
      case 'delete':
        return [elb('DeleteTargetGroup', groupArn, ownTags(situation))]
    }
  },
}
