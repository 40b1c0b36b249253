/** `aws.bedrockmodel.InvocationLoggingConfiguration`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { calls, lifeCycle, passRole } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, object, own, text } from '../../../resource/values.ts'

export const INVOCATION_LOGGING = 'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration'

const cloudwatch = ({ inputs }: Situation) => object(object(inputs, 'loggingConfig') ?? {}, 'cloudwatchConfig')

export const invocationLoggingConfiguration: ResourceType = {
  type: INVOCATION_LOGGING,
  inputs: [
    'loggingConfig.cloudwatchConfig.logGroupName',
    'loggingConfig.cloudwatchConfig.roleArn',
    'loggingConfig.textDataDeliveryEnabled',
    'loggingConfig.imageDataDeliveryEnabled',
    'loggingConfig.embeddingDataDeliveryEnabled',
    'loggingConfig.videoDataDeliveryEnabled',
  ],
  required: ['loggingConfig'],
  replaces: [],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const to = cloudwatch(situation)
    if (!to) throw new UnsupportedError(`${INVOCATION_LOGGING} without cloudwatchConfig`)
    const invalid = (what: string) =>
      new AwsError(
        'ValidationException',
        `Failed to validate permissions for log group: ${known(to, 'logGroupName')}, ${what}. Verify the IAM role permissions are correct.`,
      )
    if (!own(situation, 'aws:cloudwatch/logGroup:LogGroup', known(to, 'logGroupName')))
      throw invalid('which does not exist')
    const role = situation.ledger.findBy('aws:iam/role:Role', 'arn', text(to, 'roleArn') ?? '')
    if (role?.account !== situation.account) throw invalid(`with role: ${text(to, 'roleArn')}`)
    if (!known(role.outputs, 'assumeRolePolicy').includes('bedrock.amazonaws.com'))
      throw invalid(`with role: ${text(to, 'roleArn')}, which Bedrock cannot assume`)
  },
  answer: ({ region }) => ({ id: region, outputs: {} }),
  /** An account and region has one configuration, which has no ARN. */
  permissions: lifeCycle(({ inputs }) => {
    const destination = object(object(inputs, 'loggingConfig') ?? {}, 'cloudwatchConfig')
    const role = text(destination ?? {}, 'roleArn')
    const put = [
      ...(role === undefined ? [] : [passRole(role, 'bedrock.amazonaws.com')]),
      ...calls('bedrock:PutModelInvocationLoggingConfiguration'),
    ]
    return {
      create: put,
      read: calls('bedrock:GetModelInvocationLoggingConfiguration'),
      update: put,
      delete: calls('bedrock:DeleteModelInvocationLoggingConfiguration'),
    }
  }),
}
