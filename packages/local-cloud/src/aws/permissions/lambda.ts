/** Functions, who may invoke them, and their log groups. */
import type { Situation } from '../../resource/resource-type.ts'
import { arn, flag, known, number, object, text, texts } from '../../resource/values.ts'
import { call, calls, changed, later, newTags, ownTags, type Permissions, resourceTags, retag } from './permission.ts'

const SUBNET = 'aws:ec2/subnet:Subnet'

/** What `lambda:VpcIds` and its like say of a request that names a network. */
function network({ inputs, ledger }: Situation): Readonly<Record<string, string | readonly string[]>> {
  const vpcConfig = object(inputs, 'vpcConfig')
  if (!vpcConfig) return {}
  const subnetIds = texts(vpcConfig, 'subnetIds')
  const vpcId = text(ledger.find(SUBNET, subnetIds[0] ?? '')?.outputs ?? {}, 'vpcId')
  return {
    ...(vpcId !== undefined && { 'lambda:VpcIds': vpcId }),
    'lambda:SubnetIds': subnetIds,
    'lambda:SecurityGroupIds': texts(vpcConfig, 'securityGroupIds'),
  }
}

/** Lambda looks the network up with the permissions of whoever puts a function into it. */
const verifyNetwork = ({ inputs }: Situation) =>
  object(inputs, 'vpcConfig') ? calls('ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs') : []

const CONFIGURATION = [
  'description',
  'handler',
  'memorySize',
  'role',
  'timeout',
  'runtime',
  'environment',
  'vpcConfig',
  'loggingConfig',
]

const lambdaFunction: Permissions = (operation, situation, { outputs }) => {
  const functionArn = known(outputs, 'arn')
  const { inputs } = situation
  const on = (action: string, context = {}) =>
    call(`lambda:${action}`, functionArn, { ...ownTags(situation), ...context })
  const pass = call('iam:PassRole', known(inputs, 'role'), { 'iam:PassedToService': 'lambda.amazonaws.com' })
  const reserve =
    number(inputs, 'reservedConcurrentExecutions') === undefined
      ? on('DeleteFunctionConcurrency')
      : on('PutFunctionConcurrency')
  const read = ['GetFunction', 'GetFunctionConcurrency', 'ListVersionsByFunction', 'GetFunctionCodeSigningConfig'].map(
    (action) => on(action),
  )
  switch (operation) {
    case 'create':
      return [
        pass,
        ...verifyNetwork(situation),
        on('CreateFunction', { ...newTags(situation), ...network(situation) }),
        on('TagResource', newTags(situation)),
        ...(number(inputs, 'reservedConcurrentExecutions') === undefined
          ? []
          : later(['reservedConcurrentExecutions'], reserve)),
        ...later([], ...read),
      ]
    case 'read':
      return read
    case 'update':
      return [
        ...(changed(situation, 'role') ? [pass] : []),
        ...(changed(situation, 'vpcConfig') ? verifyNetwork(situation) : []),
        ...(changed(situation, ...CONFIGURATION)
          ? [
              on('UpdateFunctionConfiguration', changed(situation, 'vpcConfig') ? network(situation) : {}),
              on('GetFunctionConfiguration'),
            ]
          : []),
        ...(changed(situation, 'code', 'architectures') ? [on('UpdateFunctionCode')] : []),
        ...(changed(situation, 'reservedConcurrentExecutions') ? [reserve] : []),
        ...retag(situation, { add: 'lambda:TagResource', remove: 'lambda:UntagResource' }, functionArn),
        ...later([], ...read),
      ]
    case 'delete':
      return [...parking(situation, functionArn), on('DeleteFunction')]
  }
}

/** Its interfaces outlive it for a while: they are moved to groups that stay. */
function parking(situation: Situation, functionArn: string) {
  const { inputs } = situation
  if (flag(inputs, 'replaceSecurityGroupsOnDestroy') !== true) return []
  const parked = { 'lambda:SecurityGroupIds': texts(inputs, 'replacementSecurityGroupIds') }
  return [call('lambda:UpdateFunctionConfiguration', functionArn, { ...ownTags(situation), ...parked })]
}

/** `AddPermission` of a function that is named, or given by its ARN. */
const permission: Permissions = (operation, situation) => {
  const { inputs, ledger, account } = situation
  const name = known(inputs, 'function')
  const functionArn = name.startsWith('arn:') ? name : arn(situation, 'lambda', `function:${name}`)
  const declared = ledger
    .all('aws:lambda/function:Function')
    .find((one) => one.account === account && one.outputs.arn === functionArn)
  const principal = { ...resourceTags(declared?.outputs), 'lambda:Principal': known(inputs, 'principal') }
  const read = call('lambda:GetPolicy', functionArn, resourceTags(declared?.outputs))
  if (operation === 'create') return [call('lambda:AddPermission', functionArn, principal), ...later([], read)]
  return operation === 'delete' ? [call('lambda:RemovePermission', functionArn, principal)] : [read]
}

/** What CloudWatch Logs checks a call about a log group against. */
export const streamsOf = (groupArn: string): string => `${groupArn}:log-stream:`

const logGroup: Permissions = (operation, situation, { outputs }) => {
  const groupArn = known(outputs, 'arn').replace(/:\*$/, '')
  // Tags are asked of the group's ARN, everything else of its streams', also where there is none yet.
  const of =
    (resource: string) =>
    (action: string, context = {}) =>
      call(`logs:${action}`, resource, { ...ownTags(situation), ...context })
  const onTags = of(groupArn)
  const on = of(streamsOf(groupArn))
  const { inputs } = situation
  const retention = number(inputs, 'retentionInDays')
  // Groups are found by listing, which IAM knows without a resource.
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
}

export const lambdaPermissions: Readonly<Record<string, Permissions>> = {
  'aws:lambda/function:Function': lambdaFunction,
  'aws:lambda/permission:Permission': permission,
  'aws:cloudwatch/logGroup:LogGroup': logGroup,
}
