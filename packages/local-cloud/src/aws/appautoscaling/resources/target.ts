/** `aws.appautoscaling.Target`. */
import { AwsError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import {
  call,
  changed,
  lifeCycle,
  newTags,
  ownTags,
  requestTags,
  resourceTags,
  retag,
  serviceLinkedRole,
  when,
} from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, known, number, object, others } from '../../../resource/values.ts'
import { SERVICE } from '../../ecs/calls.ts'
import { KEY, requireEcs, sameTarget, scaling, TARGET } from '../calls.ts'

export const scalableTarget: ResourceType = {
  type: TARGET,
  inputs: [...KEY, 'minCapacity', 'maxCapacity', 'tags'],
  required: [...KEY, 'minCapacity', 'maxCapacity'],
  replaces: KEY,
  // AWS deletes a target's policies with the target.
  heldThrough: [],
  refuse(situation) {
    const { inputs, ledger } = situation
    requireEcs(TARGET, inputs)
    const id = known(inputs, 'resourceId')
    if (!ledger.find(SERVICE, arn(situation, 'ecs', id)))
      throw new AwsError('ValidationException', `ECS service doesn't exist: ${id}`)
    const [least, most] = [number(inputs, 'minCapacity') ?? 0, number(inputs, 'maxCapacity') ?? 0]
    if (least < 0 || most < least)
      throw new AwsError(
        'ValidationException',
        `Maximum capacity cannot be less than minimum capacity: ${least}, ${most}`,
      )
    // AWS would change the existing target instead, and then two resources would own it.
    if (others(situation, TARGET).some((other) => !other.urn.includes('#') && sameTarget(other.inputs, inputs)))
      throw new AwsError('ConcurrentUpdateException', `${id} is a scalable target already`)
  },
  answer: (situation) => {
    const { account, inputs } = situation
    const role = 'ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService'
    return {
      id: known(inputs, 'resourceId'),
      outputs: {
        arn: arn(situation, 'application-autoscaling', `scalable-target/${situation.stableToken(20)}`),
        roleArn: `arn:aws:iam::${account}:role/aws-service-role/${role}`,
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const target = known(outputs, 'arn')
    const own = ownTags(situation)
    const tags = object(situation.inputs, 'tags') ?? {}
    const register = [
      scaling(situation, target, 'RegisterScalableTarget', { ...newTags(situation), ...own }),
      ...ofService(situation),
    ]
    return {
      create: [
        serviceLinkedRole(
          situation,
          'ecs.application-autoscaling.amazonaws.com',
          'AWSServiceRoleForApplicationAutoScaling_ECSService',
        ),
        ...register,
        ...when(Object.keys(tags).length > 0, call('application-autoscaling:TagResource', target, requestTags(tags))),
      ],
      read: [
        call('application-autoscaling:DescribeScalableTargets'),
        call('application-autoscaling:ListTagsForResource', target, own),
      ],
      update: [
        ...when(changed(situation, 'minCapacity', 'maxCapacity'), ...register),
        ...retag(
          situation,
          { add: 'application-autoscaling:TagResource', remove: 'application-autoscaling:UntagResource' },
          target,
        ),
      ],
      delete: [
        scaling(situation, target, 'DeregisterScalableTarget', own),
        call('application-autoscaling:DescribeScalableTargets'),
      ],
    }
  }),
  importId: {
    format: 'NAMESPACE/RESOURCE/DIMENSION',
    pattern: /^[^/]+\/.+\/[^/]+$/,
    of: ({ inputs }) => [
      ['serviceNamespace', 'resourceId', 'scalableDimension'].map((name) => idPart(inputs, name)).join('/'),
    ],
  },
}

/** Application Auto Scaling reads and scales the ECS service with the permissions of the caller who registers the target. */
function ofService(situation: Situation) {
  const service = situation.ledger.find(SERVICE, arn(situation, 'ecs', known(situation.inputs, 'resourceId')))
  if (!service) return []
  const context = { ...resourceTags(service.outputs), 'ecs:cluster': known(service.inputs, 'cluster') }
  return ['DescribeServices', 'UpdateService'].map((action) => call(`ecs:${action}`, service.id, context))
}
