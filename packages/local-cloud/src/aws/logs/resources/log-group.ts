/** `aws.cloudwatch.LogGroup`. */
import { AwsError } from '../../../errors.ts'
import { call, calls, changed, later, newTags, ownTags, retag } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, flag, known, number, object, others, text } from '../../../resource/values.ts'

export const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'

export const RETENTIONS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

const NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

/** The declared name, or a name that Pulumi generates, with the declared prefix if there is one. */
const groupName = (situation: Situation): string => {
  const prefix = text(situation.inputs, 'namePrefix')
  return prefix === undefined ? autoName(situation) : `${prefix}${situation.stableToken(26, 'name')}`
}

export const logGroup: ResourceType = {
  type: LOG_GROUP,
  inputs: [
    'name',
    'namePrefix',
    'retentionInDays',
    'kmsKeyId',
    'logGroupClass',
    'deletionProtectionEnabled',
    'skipDestroy',
    'tags',
  ],
  named: 'name',
  replaces: ['name', 'namePrefix', 'logGroupClass'],
  defaults: { logGroupClass: 'STANDARD', retentionInDays: 0, deletionProtectionEnabled: false, skipDestroy: false },
  heldThrough: [],
  refuse(situation) {
    const name = groupName(situation)
    if (!NAME.test(name))
      throw invalid(
        `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
      )
    if (others(situation, LOG_GROUP, ['name', name]).length > 0)
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists')
    const days = number(situation.inputs, 'retentionInDays') ?? 0
    if (!RETENTIONS.includes(days))
      throw invalid(`'${days}' at 'retentionInDays' must be one of ${RETENTIONS.join(', ')}`)
  },
  answer(situation) {
    const name = groupName(situation)
    return {
      id: name,
      outputs: {
        name,
        arn: arn(situation, 'logs', `log-group:${name}`),
        retentionInDays: number(situation.inputs, 'retentionInDays') ?? 0,
        logGroupClass: text(situation.inputs, 'logGroupClass') ?? 'STANDARD',
        deletionProtectionEnabled: flag(situation.inputs, 'deletionProtectionEnabled') ?? false,
      },
    }
  },
  refuseDelete({ outputs }) {
    if (outputs.deletionProtectionEnabled === true)
      throw new AwsError(
        'ValidationException',
        'Cannot delete log group with deletion protection enabled. Disable deletion protection first.',
      )
  },
  permissions: (operation, situation, { outputs }) => {
    const groupArn = known(outputs, 'arn').replace(/:\*$/, '')
    // Calls for tags are checked with the group's ARN, all others with the ARN of its streams, even before there is one.
    const of =
      (resource: string) =>
      (action: string, context = {}) =>
        call(`logs:${action}`, resource, { ...ownTags(situation), ...context })
    const onTags = of(groupArn)
    const on = of(streamsOf(groupArn))
    const { inputs } = situation
    const retention = number(inputs, 'retentionInDays')
    // The provider finds a group in the list of groups, for which IAM has no resource.
    const read = [...calls('logs:DescribeLogGroups'), onTags('ListTagsForResource')]
    switch (operation) {
      case 'create':
        return [
          on('CreateLogGroup', newTags(situation)),
          ...(object(inputs, 'tags') ? [onTags('TagResource', newTags(situation))] : []),
          ...(retention === undefined ? [] : later(['retentionInDays'], on('PutRetentionPolicy'))),
          ...later([], ...read),
        ]
      case 'read':
        return read
      case 'update':
        return [
          ...(changed(situation, 'retentionInDays')
            ? [on(retention === undefined ? 'DeleteRetentionPolicy' : 'PutRetentionPolicy')]
            : []),
          ...(changed(situation, 'deletionProtectionEnabled') ? [on('PutLogGroupDeletionProtection')] : []),
          ...retag(situation, { add: 'logs:TagResource', remove: 'logs:UntagResource' }, groupArn),
          ...later([], ...read),
        ]
      case 'delete':
        return [on('DeleteLogGroup')]
    }
  },
}

/** The ARN with which IAM checks a call about a log group. */
export const streamsOf = (groupArn: string): string => `${groupArn}:log-stream:`
