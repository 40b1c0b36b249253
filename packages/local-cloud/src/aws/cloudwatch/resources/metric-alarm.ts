/** `aws.cloudwatch.MetricAlarm`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, calls, changed, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, known, text, texts } from '../../../resource/values.ts'

export const METRIC_ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm'

const OPERATORS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
]

export const metricAlarm: ResourceType = {
  type: METRIC_ALARM,
  inputs: [
    'name',
    'alarmDescription',
    'namespace',
    'metricName',
    'dimensions',
    'statistic',
    'extendedStatistic',
    'period',
    'evaluationPeriods',
    'datapointsToAlarm',
    'threshold',
    'comparisonOperator',
    'treatMissingData',
    'unit',
    'actionsEnabled',
    'alarmActions',
    'okActions',
    'insufficientDataActions',
    'tags',
  ],
  required: ['comparisonOperator', 'evaluationPeriods'],
  named: 'name',
  replaces: ['name'],
  defaults: { actionsEnabled: true, treatMissingData: 'missing' },
  heldThrough: [],
  releases: 'all',
  refuse({ inputs, region }) {
    const operator = known(inputs, 'comparisonOperator')
    if (!OPERATORS.includes(operator))
      throw new AwsError(
        'ValidationError',
        `'${operator}' at 'comparisonOperator' must be one of ${OPERATORS.join(', ')}`,
      )
    if ((text(inputs, 'statistic') === undefined) === (text(inputs, 'extendedStatistic') === undefined))
      throw new AwsError('ValidationError', 'Exactly one of statistic and extendedStatistic must be specified')
    for (const kind of ['alarmActions', 'okActions', 'insufficientDataActions'])
      refuseActions(kind, texts(inputs, kind), region)
  },
  answer(situation) {
    const name = autoName(situation)
    return { id: name, outputs: { name, arn: arn(situation, 'cloudwatch', `alarm:${name}`) } }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const alarmArn = known(outputs, 'arn')
    const on = (action: string, context = {}) =>
      call(`cloudwatch:${action}`, alarmArn, { ...ownTags(situation), ...context })
    const others = Object.keys({ ...situation.inputs, ...situation.current?.inputs }).filter((name) => name !== 'tags')
    const tagged = Object.keys(newTags(situation)).length > 0
    return {
      create: [on('PutMetricAlarm', newTags(situation)), ...when(tagged, on('TagResource', newTags(situation)))],
      // Reading was seen denied to a role that may read `alarm:*`, so AWS seems to check it without a resource.
      read: [...calls('cloudwatch:DescribeAlarms'), on('ListTagsForResource')],
      update: [
        ...when(changed(situation, ...others), on('PutMetricAlarm')),
        ...retag(situation, { add: 'cloudwatch:TagResource', remove: 'cloudwatch:UntagResource' }, alarmArn),
      ],
      delete: [on('DeleteAlarms')],
    }
  }),
}

const MAX_ACTIONS = 5

const TOPIC = /^arn:aws:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}$/

/** As on AWS, it is not checked that the topic exists. */
function refuseActions(kind: string, actions: readonly string[], region: string): void {
  if (actions.length > MAX_ACTIONS)
    throw new AwsError('ValidationError', `'${kind}' failed to satisfy constraint: at most ${MAX_ACTIONS} members`)
  for (const action of actions) {
    if (!action.startsWith('arn:')) throw new AwsError('ValidationError', `Invalid arn syntax: ${action}`)
    if (!action.startsWith('arn:aws:sns:'))
      throw new UnsupportedError(`the alarm action ${action}: only topics are known`)
    const [, there] = TOPIC.exec(action) ?? []
    if (there === undefined) throw new AwsError('ValidationError', `Invalid arn syntax: ${action}`)
    if (there !== region)
      throw new AwsError('ValidationError', `Invalid region ${there} specified. Only ${region} is supported.`)
  }
}
