/** `aws.lb.TargetGroup`, for a function, for addresses, or for an application load balancer behind a network one. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { changed, later, newTags, ownTags, resourceTags, retag } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, number, object, others, own, text } from '../../../resource/values.ts'
import { VPC } from '../../ec2/resources/vpc.ts'
import { describe, elb, TAGGING } from '../calls.ts'
import { LISTENER, LISTENER_RULE, TARGET_GROUP } from '../listener-actions.ts'

const NAME = /^(?!-)[a-zA-Z0-9-]{1,32}(?<!-)$/

/** Inputs of all target groups except those for functions. */
const OF_ADDRESSES = ['port', 'protocol', 'vpcId'] as const

const DEFAULT_DELAY_SECONDS = 300
const LONGEST_DELAY_SECONDS = 3600

/** The default health check of a group of addresses. */
const HEALTH_CHECK = {
  enabled: true,
  path: '/',
  port: 'traffic-port',
  protocol: 'HTTP',
  interval: 30,
  timeout: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
}

/** As soon as a health check is declared, the provider's own defaults apply. */
const healthCheckOf = (inputs: Properties): Properties => {
  const declared = object(inputs, 'healthCheck')
  return { ...HEALTH_CHECK, ...(declared && { healthyThreshold: 3, unhealthyThreshold: 3 }), ...declared }
}

const nameOf = (situation: Situation) =>
  text(situation.inputs, 'name') ?? `${situation.name.slice(0, 24)}-${situation.stableToken(7, 'name')}`

/** Whether the targets are addresses: those of tasks, or an application load balancer. */
const isOfAddresses = (inputs: Properties) => ['ip', 'alb'].includes(text(inputs, 'targetType') ?? '')

const validation = (message: string) => new AwsError('ValidationError', message)

export const targetGroup: ResourceType = {
  type: TARGET_GROUP,
  inputs: [
    ...['name', 'targetType', 'lambdaMultiValueHeadersEnabled', ...OF_ADDRESSES, 'protocolVersion', 'ipAddressType'],
    ...['deregistrationDelay', 'loadBalancingAlgorithmType'],
    ...Object.keys(HEALTH_CHECK).map((name) => `healthCheck.${name}`),
    'tags',
  ],
  named: 'name',
  replaces: ['name', 'targetType', ...OF_ADDRESSES, 'protocolVersion', 'ipAddressType'],
  defaults: {
    targetType: 'instance',
    lambdaMultiValueHeadersEnabled: false,
    deregistrationDelay: DEFAULT_DELAY_SECONDS,
  },
  heldCode: 'ResourceInUse',
  heldThrough: [`${LISTENER_RULE}.actions`, `${LISTENER}.defaultActions`],
  refuse(situation) {
    const { inputs } = situation
    const kind = text(inputs, 'targetType') ?? 'instance'
    if (kind !== 'lambda' && kind !== 'ip' && kind !== 'alb')
      throw new UnsupportedError(`targetType "${kind}" of ${TARGET_GROUP}: use "lambda", "ip" or "alb"`)
    const name = nameOf(situation)
    if (!NAME.test(name))
      throw validation(
        `Target group name '${name}' can have a maximum of 32 characters: letters, digits and hyphens, not starting or ending with a hyphen`,
      )
    if (others(situation, TARGET_GROUP, ['name', name]).length > 0)
      throw new AwsError(
        'DuplicateTargetGroupName',
        `A target group with the same name '${name}' exists, but with different settings`,
      )
    if (kind !== 'lambda') refuseAddresses(situation, kind)
    else
      for (const property of OF_ADDRESSES)
        if (inputs[property] !== undefined && inputs[property] !== null)
          throw validation(`${property} cannot be specified for target groups with target type 'lambda'`)
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
        healthCheck: isOfAddresses(inputs)
          ? healthCheckOf(inputs)
          : { enabled: false, ...object(inputs, 'healthCheck') },
        ...(isOfAddresses(inputs) && {
          ipAddressType: 'ipv4',
          deregistrationDelay: delayOf(inputs),
          ...(text(inputs, 'targetType') === 'ip' && {
            protocolVersion: 'HTTP1',
            loadBalancingAlgorithmType: text(inputs, 'loadBalancingAlgorithmType') ?? 'round_robin',
          }),
        }),
        loadBalancerArns: [],
      },
    }
  },
  permissions: (operation, situation, { outputs }) => {
    const groupArn = known(outputs, 'arn')
    const read = describe('TargetGroups', 'TargetGroupAttributes', 'Tags')
    const attributes = isOfAddresses(situation.inputs)
      ? [
          'deregistrationDelay',
          ...(text(situation.inputs, 'targetType') === 'ip' ? ['loadBalancingAlgorithmType'] : []),
        ]
      : ['lambdaMultiValueHeadersEnabled']
    switch (operation) {
      case 'create':
        return [
          elb('CreateTargetGroup', groupArn, newTags(situation)),
          elb('AddTags', groupArn, {
            ...newTags(situation),
            'elasticloadbalancing:CreateAction': 'CreateTargetGroup',
          }),
          ...later(attributes, elb('ModifyTargetGroupAttributes', groupArn, resourceTags(situation.inputs))),
          ...later([], ...read),
        ]
      case 'read':
        return read
      case 'update':
        return [
          ...(changed(situation, 'healthCheck') ? [elb('ModifyTargetGroup', groupArn, ownTags(situation))] : []),
          ...(changed(situation, ...attributes)
            ? [elb('ModifyTargetGroupAttributes', groupArn, ownTags(situation))]
            : []),
          ...retag(situation, TAGGING, groupArn),
          ...later([], ...read),
        ]
      case 'delete':
        return [elb('DeleteTargetGroup', groupArn, ownTags(situation))]
    }
  },
}

/** The provider sends it as text. */
const delayOf = ({ deregistrationDelay }: Properties) => Number(deregistrationDelay ?? DEFAULT_DELAY_SECONDS)

function refuseAddresses(situation: Situation, kind: 'ip' | 'alb'): void {
  const { inputs } = situation
  if (text(inputs, 'protocol') === undefined) throw validation('A protocol must be specified')
  if (number(inputs, 'port') === undefined) throw validation('A port must be specified')
  const vpcId = text(inputs, 'vpcId')
  if (vpcId === undefined) throw validation('A VPC ID must be specified')
  if (!own(situation, VPC, vpcId)) throw validation(`The VPC ID '${vpcId}' is not found`)
  if (kind === 'alb' && text(inputs, 'protocol') !== 'TCP')
    throw validation(`Protocol '${inputs.protocol}' is not supported for target groups with target type 'alb': use TCP`)
  const served: Readonly<Record<string, string>> = {
    protocol: kind === 'alb' ? 'TCP' : 'HTTP',
    protocolVersion: 'HTTP1',
    ipAddressType: 'ipv4',
  }
  for (const [name, value] of Object.entries(served))
    if ((text(inputs, name) ?? value) !== value)
      throw new UnsupportedError(`${name} "${text(inputs, name)}" of ${TARGET_GROUP}: use "${value}"`)
  if (kind === 'alb')
    for (const name of ['protocolVersion', 'loadBalancingAlgorithmType'])
      if (inputs[name] !== undefined)
        throw validation(`${name} is not supported for target groups with target type 'alb'`)
  const algorithm = text(inputs, 'loadBalancingAlgorithmType') ?? 'round_robin'
  if (algorithm !== 'round_robin' && algorithm !== 'least_outstanding_requests')
    throw new UnsupportedError(`loadBalancingAlgorithmType "${algorithm}" of ${TARGET_GROUP}`)
  between('port', number(inputs, 'port'), 1, 65_535)
  between(
    "Target group attribute key 'deregistration_delay.timeout_seconds'",
    delayOf(inputs),
    0,
    LONGEST_DELAY_SECONDS,
  )
  refuseHealthCheck(healthCheckOf(inputs), kind)
}

function refuseHealthCheck(check: Properties, kind: 'ip' | 'alb'): void {
  if (flag(check, 'enabled') === false)
    throw validation(`Health check enabled must be true for target groups with target type '${kind}'`)
  if (!known(check, 'path').startsWith('/')) throw validation(`Health check path '${check.path}' must begin with '/'`)
  between('Health check interval', number(check, 'interval'), 5, 300)
  between('Health check timeout', number(check, 'timeout'), 2, 120)
  between('Healthy threshold count', number(check, 'healthyThreshold'), 2, 10)
  between('Unhealthy threshold count', number(check, 'unhealthyThreshold'), 2, 10)
  if (Number(check.timeout) >= Number(check.interval))
    throw validation(`Health check interval must be greater than the timeout.`)
  const highest = kind === 'alb' ? 599 : 499
  if (!codesOf(known(check, 'matcher')).every((code) => code >= 200 && code <= highest))
    throw validation(`Health check matcher HTTP code '${check.matcher}' must be within '200-${highest}' inclusive`)
  if (known(check, 'port') !== HEALTH_CHECK.port)
    throw new UnsupportedError(`healthCheck.port "${check.port}" of ${TARGET_GROUP}: use "${HEALTH_CHECK.port}"`)
  if (kind === 'alb' && !['HTTP', 'HTTPS'].includes(known(check, 'protocol')))
    throw validation(
      `Health check protocol '${check.protocol}' is not supported for target groups with target type 'alb'`,
    )
  if (kind === 'ip' && known(check, 'protocol') !== 'HTTP')
    throw new UnsupportedError(`healthCheck.protocol "${check.protocol}" of ${TARGET_GROUP}: use "HTTP"`)
}

/** Parses `200`, `200,202` or `200-299`; not a number for any other text. */
const codesOf = (matcher: string) =>
  /^\d{3}([,-]\d{3})*$/.test(matcher) ? matcher.split(/[,-]/).map(Number) : [Number.NaN]

function between(what: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || !Number.isInteger(value) || value < least || value > most)
    throw validation(`${what} must be between ${least} and ${most} inclusive, got ${value}`)
}
