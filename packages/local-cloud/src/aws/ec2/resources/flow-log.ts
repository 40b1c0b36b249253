/** `aws.ec2.FlowLog`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, calls, lifeCycle, passRole } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, known, number, others, text } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { requireVpc } from './vpc.ts'

export const FLOW_LOG = 'aws:ec2/flowLog:FlowLog'

const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'

const BUCKET = 'aws:s3/bucket:Bucket'

export const flowLog: ResourceType = {
  type: FLOW_LOG,
  inputs: [
    'vpcId',
    'trafficType',
    'logDestinationType',
    'logDestination',
    'iamRoleArn',
    'logFormat',
    'maxAggregationInterval',
    'tags',
  ],
  required: ['vpcId', 'logDestination'],
  replaces: [
    'vpcId',
    'trafficType',
    'logDestinationType',
    'logDestination',
    'iamRoleArn',
    'logFormat',
    'maxAggregationInterval',
  ],
  defaults: { logDestinationType: 'cloud-watch-logs', maxAggregationInterval: 600 },
  // A flow log prevents no deletion. It ends with its network, and records nothing without its log group or role.
  releases: ['vpcId', 'logDestination', 'iamRoleArn'],
  refuse(situation) {
    const { inputs, ledger } = situation
    requireVpc(situation, known(inputs, 'vpcId'))
    const traffic = text(inputs, 'trafficType')
    if (traffic === undefined || !['ACCEPT', 'REJECT', 'ALL'].includes(traffic))
      throw new AwsError(
        'InvalidParameter',
        `Value (${traffic}) for parameter TrafficType is invalid. Allowed: ACCEPT, REJECT, ALL.`,
      )
    const interval = number(inputs, 'maxAggregationInterval') ?? 600
    if (interval !== 60 && interval !== 600)
      throw new AwsError(
        'InvalidParameter',
        `Value (${interval}) for parameter MaxAggregationInterval is invalid. Allowed: 60, 600.`,
      )
    refuseDestination(situation)
    const same = others(situation, FLOW_LOG).some(
      (other) =>
        other.inputs.vpcId === inputs.vpcId &&
        other.inputs.logDestination === inputs.logDestination &&
        other.inputs.trafficType === traffic,
    )
    if (same)
      throw new AwsError(
        'FlowLogAlreadyExists',
        'Error. There is an existing Flow Log with the same configuration and log destination.',
      )
    const role = text(inputs, 'iamRoleArn')
    if (role !== undefined && !ledger.findBy('aws:iam/role:Role', 'arn', role))
      throw new AwsError('InvalidParameter', `The IAM role ${role} does not exist.`)
  },
  answer(situation) {
    const id = `fl-0${situation.stableToken(16)}`
    const { inputs } = situation
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `vpc-flow-log/${id}`),
        logDestinationType: text(inputs, 'logDestinationType') ?? 'cloud-watch-logs',
        maxAggregationInterval: number(inputs, 'maxAggregationInterval') ?? 600,
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'vpc-flow-log', id)
    const role = text(situation.inputs, 'iamRoleArn')
    return {
      create: [
        ...(role === undefined ? [] : [passRole(role, 'vpc-flow-logs.amazonaws.com')]),
        call('ec2:CreateFlowLogs', ec2Arn(situation, 'vpc', known(situation.inputs, 'vpcId'))),
        ...creation(situation, 'CreateFlowLogs', resource),
      ],
      read: calls('ec2:DescribeFlowLogs'),
      update: ec2Retag(situation, resource),
      delete: [onOwn(situation, 'DeleteFlowLogs', resource)],
    }
  }),
}

function refuseDestination({ inputs, ledger }: Situation): void {
  const kind = text(inputs, 'logDestinationType') ?? 'cloud-watch-logs'
  const destination = known(inputs, 'logDestination')
  if (kind === 'cloud-watch-logs') {
    if (text(inputs, 'iamRoleArn') === undefined)
      throw new AwsError(
        'InvalidParameter',
        'DeliverLogsPermissionArn cannot be empty for a cloud-watch-logs destination.',
      )
    if (!ledger.findBy(LOG_GROUP, 'arn', destination.replace(/:\*$/, '')))
      throw new AwsError('InvalidParameter', `LogDestination: ${destination} does not exist.`)
  } else if (kind === 's3') {
    const bucket = destination.split('/')[0] ?? ''
    if (!ledger.findBy(BUCKET, 'arn', bucket))
      throw new AwsError('InvalidParameter', `LogDestination: ${bucket.replace('arn:aws:s3:::', '')} does not exist.`)
  } else throw new UnsupportedError(`logDestinationType "${kind}" of ${FLOW_LOG}`)
}
