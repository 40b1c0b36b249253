/** `aws.lb.TargetGroup` of one Lambda function, and its attachment. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, flag, known, object, others, own, requireOwn, text } from '../../resource/values.ts'
import { FUNCTION } from '../lambda/lambda-function.ts'
import { permits } from '../lambda/lambda-permission.ts'
import { LISTENER, LISTENER_RULE, TARGET_GROUP } from './lb-actions.ts'

const TARGET_GROUP_ATTACHMENT = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'

const NAME = /^(?!-)[a-zA-Z0-9-]{1,32}(?<!-)$/
const PRINCIPAL = 'elasticloadbalancing.amazonaws.com'

const nameOf = (situation: Situation) =>
  text(situation.inputs, 'name') ?? `${situation.name.slice(0, 24)}-${situation.stableToken(7, 'name')}`

const targetGroup: ResourceType = {
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
}

const attachment: ResourceType = {
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
}

export const lbTargetGroups: readonly ResourceType[] = [targetGroup, attachment]
