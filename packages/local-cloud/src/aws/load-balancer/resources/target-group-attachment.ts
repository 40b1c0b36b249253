/** `aws.lb.TargetGroupAttachment`. */

import { isIPv4 } from 'node:net'
import { contains } from '../../../cidr.ts'
import { AwsError } from '../../../errors.ts'
import type { Declared } from '../../../ledger/ledger.ts'
import { idPart } from '../../../resource/import-id.ts'
import { later, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, number, others, own, requireOwn, text } from '../../../resource/values.ts'
import { VPC } from '../../ec2/resources/vpc.ts'
import { FUNCTION } from '../../lambda/resources/function.ts'
import { permits } from '../../lambda/resources/permission.ts'
import { describe, elb } from '../calls.ts'
import { LISTENER, TARGET_GROUP } from '../listener-actions.ts'
import { LOAD_BALANCER } from './load-balancer.ts'

export const TARGET_GROUP_ATTACHMENT = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'

const PRINCIPAL = 'elasticloadbalancing.amazonaws.com'

/** Outside a group's VPC only these addresses can be registered (RFC 1918, RFC 6598), with the zone `all`. */
const PRIVATE_BLOCKS = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16']

export const targetGroupAttachment: ResourceType = {
  type: TARGET_GROUP_ATTACHMENT,
  inputs: ['targetGroupArn', 'targetId', 'port', 'availabilityZone'],
  required: ['targetGroupArn', 'targetId'],
  replaces: ['targetGroupArn', 'targetId', 'port', 'availabilityZone'],
  releases: 'all',
  refuse(situation) {
    const targetGroupArn = known(situation.inputs, 'targetGroupArn')
    const targetId = known(situation.inputs, 'targetId')
    const group = requireOwn(
      situation,
      TARGET_GROUP,
      targetGroupArn,
      'TargetGroupNotFound',
      'One or more target groups not found',
    )
    if (text(group.outputs, 'targetType') === 'ip') return refuseAddress(situation, group, targetId)
    if (text(group.outputs, 'targetType') === 'alb') return refuseBalancer(situation, group, targetId)
    const target = situation.ledger.findBy(FUNCTION, 'arn', targetId)
    if (!target || !own(situation, FUNCTION, target.id))
      throw new AwsError('InvalidTarget', `The following targets are not valid: '${targetId}'`)
    // The load balancer tries to invoke the function when it is registered.
    if (!permits(situation.ledger, target, PRINCIPAL, targetGroupArn))
      throw new AwsError(
        'AccessDenied',
        `elasticloadbalancing principal does not have permission to invoke ${targetId} from target group ${targetGroupArn}`,
        403,
      )
    if (others(situation, TARGET_GROUP_ATTACHMENT, ['targetGroupArn', targetGroupArn]).length > 0)
      throw new AwsError(
        'TooManyTargets',
        `Target group '${targetGroupArn}' has a target already: a Lambda target group has one`,
      )
  },
  answer: (situation) => ({
    id: `${known(situation.inputs, 'targetGroupArn')}-${situation.stableToken(26)}`,
    outputs: {},
  }),
  permissions: (operation, situation) => {
    const groupArn = known(situation.inputs, 'targetGroupArn')
    const tags = resourceTags(situation.ledger.findBy('aws:lb/targetGroup:TargetGroup', 'arn', groupArn)?.outputs)
    if (operation === 'create')
      return [elb('RegisterTargets', groupArn, tags), ...later([], ...describe('TargetHealth'))]
    return operation === 'delete' ? [elb('DeregisterTargets', groupArn, tags)] : describe('TargetHealth')
  },
  importId: {
    format: 'TARGETGROUPARN,TARGET',
    pattern: /^arn:[^,]+,[^,]+/,
    of: ({ inputs }) => [`${idPart(inputs, 'targetGroupArn')},${idPart(inputs, 'targetId')}`],
  },
}

/** AWS accepts any private address, without checking to whom it belongs. */
function refuseAddress(situation: Situation, { outputs }: Declared, address: string): void {
  const vpc = situation.ledger.find(VPC, known(outputs, 'vpcId'))
  const isIn = (block: string) => isIPv4(address) && contains(block, `${address}/32`)
  if (vpc && isIn(known(vpc.outputs, 'cidrBlock'))) return
  if (!PRIVATE_BLOCKS.some(isIn))
    throw new AwsError('ValidationError', `The IP address '${address}' is not a valid private IPv4 address`)
  if (text(situation.inputs, 'availabilityZone') !== 'all')
    throw new AwsError(
      'ValidationError',
      `You must specify the availability zone 'all' for IP address '${address}', which is outside of the VPC`,
    )
}

/** An application load balancer may be the target of at most two network load balancers, with one group each. */
const MOST_GROUPS_OF_A_BALANCER = 2

/** Checks the target: an application load balancer of the same network and account, which listens on the group's port. */
function refuseBalancer(situation: Situation, { outputs }: Declared, targetId: string): void {
  const invalid = (why: string) =>
    new AwsError('InvalidTarget', `The following targets are not valid: '${targetId}'. ${why}`)
  const balancer = own(situation, LOAD_BALANCER, targetId)
  if (balancer?.outputs.loadBalancerType !== 'application')
    throw invalid('It is no Application Load Balancer of this account')
  if (balancer.outputs.vpcId !== outputs.vpcId)
    throw invalid('The Application Load Balancer and the target group must be in the same VPC')
  const port = number(situation.inputs, 'port') ?? number(outputs, 'port')
  if (port !== outputs.port) throw invalid('The port of the target must be that of the target group')
  const listens = others(situation, LISTENER, ['loadBalancerArn', targetId]).some((one) => one.outputs.port === port)
  if (!listens) throw invalid(`The Application Load Balancer has no listener on port ${port}`)
  const groups = others(situation, TARGET_GROUP_ATTACHMENT)
  if (groups.some(({ inputs }) => inputs.targetGroupArn === situation.inputs.targetGroupArn))
    throw new AwsError('TooManyTargets', `Target group '${outputs.arn}' has a target already: it has one of this type`)
  if (groups.filter(({ inputs }) => inputs.targetId === targetId).length >= MOST_GROUPS_OF_A_BALANCER)
    throw new AwsError(
      'TooManyUniqueTargetGroupsPerLoadBalancer',
      `'${targetId}' is a target of ${MOST_GROUPS_OF_A_BALANCER} target groups already`,
    )
}
