/** `aws.cloudwatch`: log groups, metric filters and alarms. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, autoName, flag, known, number, object, others, requireOwn, text, texts } from '../../resource/values.ts'
import { parseFilterPattern } from '../logs/filter-pattern.ts'

export const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'
export const METRIC_FILTER = 'aws:cloudwatch/logMetricFilter:LogMetricFilter'
export const METRIC_ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm'

export const RETENTIONS = [
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
    parseFilterPattern(text(situation.inputs, 'pattern') ?? '')
    const { value } = object(situation.inputs, 'metricTransformation') ?? {}
    if (!/^(-?\d+(\.\d+)?|\$\.[\w.-]+)$/.test(String(value)))
      throw invalid(`Invalid metric transformation: metricValue '${String(value)}' is neither a number nor a selector`)
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
}

const MAX_ACTIONS = 5
const TOPIC = /^arn:aws:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}$/

/** That the topic is there is nobody's concern until something is published to it. */
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

export const cloudwatch: readonly ResourceType[] = [logGroup, metricFilter, alarm]
