/** `aws.cloudwatch.LogMetricFilter`. */
import { AwsError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, known, object, requireOwn, text } from '../../../resource/values.ts'
import { parseFilterPattern } from '../filter-pattern.ts'
import { LOG_GROUP, streamsOf } from './log-group.ts'

export const METRIC_FILTER = 'aws:cloudwatch/logMetricFilter:LogMetricFilter'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const logMetricFilter: ResourceType = {
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
  permissions: lifeCycle((situation) => {
    const group = streamsOf(arn(situation, 'logs', `log-group:${known(situation.inputs, 'logGroupName')}`))
    const on = (action: string) => [call(`logs:${action}`, group)]
    return {
      create: on('PutMetricFilter'),
      read: on('DescribeMetricFilters'),
      update: on('PutMetricFilter'),
      delete: on('DeleteMetricFilter'),
    }
  }),
  importId: {
    format: 'LOGGROUP:FILTER',
    pattern: /^[^:]+:[^:]+$/,
    of: ({ outputs }) => [`${idPart(outputs, 'logGroupName')}:${idPart(outputs, 'name')}`],
  },
}
