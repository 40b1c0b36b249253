/** `aws.cloudwatch`: log groups, metric filters and alarms. */
import { AwsError } from '../errors.ts'
import type { ResourceType, Situation } from './resource-type.ts'
import { arn, autoName, known, number, others, requireOwn, text } from './values.ts'

export const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'
const METRIC_FILTER = 'aws:cloudwatch/logMetricFilter:LogMetricFilter'
const METRIC_ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm'

const RETENTIONS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]
const NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

/** A given name, one that starts with the given prefix, or one that Pulumi makes up. */
const groupName = (situation: Situation): string => {
  const prefix = text(situation.inputs, 'namePrefix')
  return prefix === undefined ? autoName(situation) : `${prefix}${situation.stableToken(26, 'name')}`
}

const logGroup: ResourceType = {
  type: LOG_GROUP,
  inputs: ['name', 'namePrefix', 'retentionInDays', 'kmsKeyId', 'logGroupClass', 'skipDestroy', 'tags'],
  named: 'name',
  replaces: ['name', 'namePrefix', 'logGroupClass'],
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
      },
    }
  },
}

const metricFilter: ResourceType = {
  type: METRIC_FILTER,
  inputs: [
    'name',
    'logGroupName',
    'pattern',
    'metricTransformation.name',
    'metricTransformation.namespace',
    'metricTransformation.value',
    'metricTransformation.defaultValue',
    'metricTransformation.unit',
    'metricTransformation.dimensions',
  ],
  required: ['logGroupName', 'metricTransformation'],
  named: 'name',
  replaces: ['name', 'logGroupName'],
  heldThrough: [],
  releases: 'all',
  refuse(situation) {
    const group = known(situation.inputs, 'logGroupName')
    requireOwn(situation, LOG_GROUP, group, 'ResourceNotFoundException', 'The specified log group does not exist.')
  },
  answer(situation) {
    const name = autoName(situation)
    return { id: name, outputs: { name } }
  },
}

const OPERATORS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
]

const alarm: ResourceType = {
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
  heldThrough: [],
  releases: 'all',
  refuse({ inputs }) {
    const operator = known(inputs, 'comparisonOperator')
    if (!OPERATORS.includes(operator))
      throw new AwsError(
        'ValidationError',
        `'${operator}' at 'comparisonOperator' must be one of ${OPERATORS.join(', ')}`,
      )
    if ((text(inputs, 'statistic') === undefined) === (text(inputs, 'extendedStatistic') === undefined))
      throw new AwsError('ValidationError', 'Exactly one of statistic and extendedStatistic must be specified')
  },
  answer(situation) {
    const name = autoName(situation)
    return { id: name, outputs: { name, arn: arn(situation, 'cloudwatch', `alarm:${name}`) } }
  },
}

export const cloudwatch: readonly ResourceType[] = [logGroup, metricFilter, alarm]
