/** `aws.lambda.Function`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { call, calls, changed, later, newTags, ownTags, retag } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import {
  arn,
  asObject,
  autoName,
  flag,
  known,
  number,
  object,
  others,
  own,
  text,
  texts,
} from '../../../resource/values.ts'
import { placeInterfaces, SUBNET } from '../../ec2/network-interfaces.ts'
import { vpcOfGroup } from '../../ec2/resources/security-group.ts'
import { quotaOf } from '../../service-quotas/quotas.ts'
import { refusePermissions, requireExecutionRole } from '../execution-role.ts'

export const FUNCTION = 'aws:lambda/function:Function'

/** This part of the account's concurrent executions stays for functions without a reservation. */
const UNRESERVED = 100

const RUNTIMES = ['nodejs22.x', 'nodejs24.x']

const NAME = /^[a-zA-Z0-9-_]{1,64}$/

const RESERVED_VARIABLES =
  /^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|EXECUTION_ENV|LAMBDA_.*)|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|_HANDLER)$/

const ENVIRONMENT_LIMIT = 4096

const invalid = (message: string) => new AwsError('InvalidParameterValueException', message)

export const lambdaFunction: ResourceType = {
  type: FUNCTION,
  inputs: [
    'name',
    'description',
    'runtime',
    'architectures',
    'handler',
    'code',
    'role',
    'memorySize',
    'timeout',
    'reservedConcurrentExecutions',
    'environment.variables',
    'vpcConfig.subnetIds',
    'vpcConfig.securityGroupIds',
    'replaceSecurityGroupsOnDestroy',
    'replacementSecurityGroupIds',
    'sourceCodeHash',
    'loggingConfig.logFormat',
    'loggingConfig.logGroup',
    'loggingConfig.applicationLogLevel',
    'loggingConfig.systemLogLevel',
    'packageType',
    'tags',
  ],
  required: ['role', 'code', 'handler', 'runtime'],
  named: 'name',
  replaces: ['name', 'packageType'],
  defaults: { packageType: 'Zip', memorySize: 128, timeout: 3, reservedConcurrentExecutions: -1 },
  // The first input is used only by the provider when it deletes the function. A role may be deleted before its function.
  releases: ['replacementSecurityGroupIds', 'role'],
  heldThrough: [],
  async refuse(situation) {
    const { inputs } = situation
    const name = autoName(situation)
    if (!NAME.test(name))
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64 and match [a-zA-Z0-9-_]+`,
      )
    if (others(situation, FUNCTION, ['name', name]).length > 0)
      throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409)
    refuseSettings(inputs)
    refuseEnvironment(inputs)
    const role = requireExecutionRole(situation)
    if (object(inputs, 'vpcConfig')) {
      refuseNetwork(situation)
      await refusePermissions(situation, role)
    }
  },
  afterwards: [{ inputs: ['reservedConcurrentExecutions'], refuse: refuseConcurrency }],
  answer(situation) {
    const { inputs } = situation
    const name = autoName(situation)
    const functionArn = arn(situation, 'lambda', `function:${name}`)
    const network = object(inputs, 'vpcConfig')
    const subnetIds = network ? texts(network, 'subnetIds') : []
    const code = asObject(inputs.code) ?? {}
    return {
      id: name,
      outputs: {
        name,
        arn: functionArn,
        invokeArn: `arn:aws:apigateway:${situation.region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
        qualifiedArn: `${functionArn}:$LATEST`,
        version: '$LATEST',
        packageType: 'Zip',
        architectures: texts(inputs, 'architectures').length > 0 ? texts(inputs, 'architectures') : ['x86_64'],
        memorySize: number(inputs, 'memorySize') ?? 128,
        timeout: number(inputs, 'timeout') ?? 3,
        reservedConcurrentExecutions: number(inputs, 'reservedConcurrentExecutions') ?? -1,
        codeSha256: Buffer.from(text(code, 'sha256') ?? '', 'hex').toString('base64'),
        loggingConfig: { logFormat: 'Text', logGroup: `/aws/lambda/${name}`, ...object(inputs, 'loggingConfig') },
        ...(network && subnetIds.length > 0 && inVpc(situation, network, subnetIds)),
      },
    }
  },
  permissions: (operation, situation, { outputs }) => {
    const functionArn = known(outputs, 'arn')
    const { inputs } = situation
    const on = (action: string, context = {}) =>
      call(`lambda:${action}`, functionArn, { ...ownTags(situation), ...context })
    const pass = call('iam:PassRole', known(inputs, 'role'), { 'iam:PassedToService': 'lambda.amazonaws.com' })
    const reserve =
      number(inputs, 'reservedConcurrentExecutions') === undefined
        ? on('DeleteFunctionConcurrency')
        : on('PutFunctionConcurrency')
    const read = [
      'GetFunction',
      'GetFunctionConcurrency',
      'ListVersionsByFunction',
      'GetFunctionCodeSigningConfig',
    ].map((action) => on(action))
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
        return [...parking(situation, functionArn), on('DeleteFunction'), on('GetFunction')]
    }
  },
}

const inVpc = (situation: Situation, network: Properties, subnetIds: readonly string[]): Properties => ({
  vpcConfig: { ...network, vpcId: situation.ledger.find(SUBNET, subnetIds[0] ?? '')?.outputs.vpcId ?? null },
  elasticNetworkInterfaces: placeInterfaces(situation, subnetIds, texts(network, 'securityGroupIds')),
})

function refuseSettings(inputs: Properties): void {
  const runtime = known(inputs, 'runtime')
  if (!RUNTIMES.includes(runtime)) throw new UnsupportedError(`the runtime "${runtime}" of ${FUNCTION}`)
  const packageType = text(inputs, 'packageType') ?? 'Zip'
  if (packageType !== 'Zip') throw new UnsupportedError(`packageType "${packageType}" of ${FUNCTION}`)
  const architectures = texts(inputs, 'architectures')
  if (architectures.length > 1 || architectures.some((one) => one !== 'arm64' && one !== 'x86_64'))
    throw invalid(`architectures must be one of arm64, x86_64, got ${architectures.join(', ')}.`)
  between(inputs, 'memorySize', 128, 10_240)
  between(inputs, 'timeout', 1, 900)
  if ((text(inputs, 'description') ?? '').length > 256)
    throw new AwsError(
      'ValidationException',
      "Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 256",
    )
}

function between(inputs: Properties, name: string, least: number, most: number): void {
  const value = number(inputs, name) ?? least
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new AwsError(
    'ValidationException',
    `Value '${value}' at '${name}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
  )
}

function refuseEnvironment(inputs: Properties): void {
  const variables = object(object(inputs, 'environment') ?? {}, 'variables') ?? {}
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.test(name))
  if (reserved.length > 0)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  if (JSON.stringify(variables).length > ENVIRONMENT_LIMIT)
    throw invalid(
      'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
    )
}

function refuseConcurrency(situation: Situation): void {
  const wanted = number(situation.inputs, 'reservedConcurrentExecutions') ?? -1
  if (wanted < 0) return
  const limit = quotaOf(situation.organization, situation.account, 'L-B99A9384')
  const reserved = others(situation, FUNCTION)
    .map(({ outputs }) => number(outputs, 'reservedConcurrentExecutions') ?? -1)
    .reduce((sum, one) => sum + Math.max(one, 0), 0)
  if (reserved + wanted > limit - UNRESERVED)
    throw invalid(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED}].`,
    )
}

function refuseNetwork(situation: Situation): void {
  const network = object(situation.inputs, 'vpcConfig') ?? {}
  const vpcs = new Set<unknown>()
  for (const id of texts(network, 'subnetIds')) {
    const subnet = own(situation, SUBNET, id)
    if (!subnet)
      throw invalid(
        `Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '${id}' does not exist`,
      )
    vpcs.add(subnet.outputs.vpcId)
  }
  for (const id of texts(network, 'securityGroupIds')) {
    try {
      vpcs.add(vpcOfGroup(situation, id))
    } catch {
      throw invalid(
        `Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group '${id}' does not exist`,
      )
    }
  }
  if (vpcs.size > 1) throw invalid('Security Groups are required to be in the same VPC.')
}

/** The condition keys, such as `lambda:VpcIds`, of a request that names a network. */
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

/** Lambda looks up the network with the permissions of the caller who puts a function into it. */
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

/** The function's interfaces exist for a while longer, so they are moved to security groups that stay. */
function parking(situation: Situation, functionArn: string) {
  const { inputs } = situation
  if (flag(inputs, 'replaceSecurityGroupsOnDestroy') !== true) return []
  const parked = { 'lambda:SecurityGroupIds': texts(inputs, 'replacementSecurityGroupIds') }
  return [call('lambda:UpdateFunctionConfiguration', functionArn, { ...ownTags(situation), ...parked })]
}
