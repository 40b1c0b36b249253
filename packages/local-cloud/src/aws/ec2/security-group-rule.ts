import { parseCidr } from '../../cidr.ts'
import { AwsError, UnsupportedError } from '../../errors.ts'
import { call, calls, changed, lifeCycle, resourceTags, when } from '../../resource/permission.ts'
import type { Permissions, ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, known, number, others, text } from '../../resource/values.ts'
import { quotaOf } from '../service-quotas/quotas.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from './calls.ts'
import { prefixListName } from './prefix-lists.ts'
import { DESCRIPTION, vpcOfGroup } from './resources/security-group.ts'

const PEERS = ['cidrIpv4', 'prefixListId', 'referencedSecurityGroupId'] as const

const RULE_INPUTS = ['ipProtocol', 'fromPort', 'toPort', ...PEERS] as const

const PROTOCOLS = ['-1', 'tcp', 'udp', 'icmp']

export const rule = (type: string): Omit<ResourceType, 'permissions'> => ({
  type,
  inputs: ['securityGroupId', ...RULE_INPUTS, 'description', 'tags'],
  required: ['securityGroupId', 'ipProtocol'],
  replaces: ['securityGroupId'],
  // Deleting a group deletes its rules. A group that a rule of another group names cannot be deleted.
  releases: ['securityGroupId'],
  refuse(situation) {
    const { inputs } = situation
    const groupId = known(inputs, 'securityGroupId')
    const vpcId = vpcOfGroup(situation, groupId)
    refusePorts(situation)
    refusePeer(situation, vpcId)
    if (!DESCRIPTION.test(text(inputs, 'description') ?? ''))
      throw new AwsError(
        'InvalidParameterValue',
        `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
      )
    const siblings = others(situation, type, ['securityGroupId', groupId])
    if (siblings.some((other) => RULE_INPUTS.every((name) => (other.inputs[name] ?? null) === (inputs[name] ?? null))))
      throw new AwsError('InvalidPermission.Duplicate', `the specified rule "${ruleText(situation)}" already exists`)
    if (siblings.length >= quotaOf(situation.organization, situation.account, 'L-0EA8095F'))
      throw new AwsError(
        'RulesPerSecurityGroupLimitExceeded',
        'The maximum number of rules per security group has been reached.',
      )
  },
  answer(situation) {
    const id = `sgr-0${situation.stableToken(16)}`
    return {
      id,
      outputs: { arn: arn(situation, 'ec2', `security-group-rule/${id}`), securityGroupRuleId: id },
    }
  },
})

function refusePorts({ inputs }: Situation): void {
  const protocol = known(inputs, 'ipProtocol')
  if (!PROTOCOLS.includes(protocol)) throw new UnsupportedError(`ipProtocol "${protocol}" of a security group rule`)
  const from = number(inputs, 'fromPort')
  const to = number(inputs, 'toPort')
  if (protocol === '-1') {
    if (from !== undefined || to !== undefined)
      throw new AwsError(
        'InvalidParameterCombination',
        'fromPort and toPort must not be given when ipProtocol is "-1".',
      )
    return
  }
  if (from === undefined || to === undefined)
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value 'Must specify both from and to ports with ${protocol.toUpperCase()}.' for portRange.`,
    )
  if (protocol !== 'icmp' && (from > to || from < 0 || to > 65535))
    throw new AwsError('InvalidParameterValue', `Invalid value '${from}-${to}' for portRange.`)
}

function refusePeer(situation: Situation, vpcId: string): void {
  const given = PEERS.filter((name) => text(situation.inputs, name) !== undefined)
  const peer = given[0]
  if (given.length !== 1 || peer === undefined)
    throw new AwsError(
      'InvalidParameterCombination',
      `one of ${PEERS.join(', ')} must be specified, got ${given.join(', ') || 'none'}`,
    )
  const value = known(situation.inputs, peer)
  if (peer === 'cidrIpv4') {
    try {
      parseCidr(value)
    } catch {
      throw new AwsError('InvalidParameterValue', `CIDR block ${value} is malformed`)
    }
  } else if (peer === 'prefixListId') {
    if (prefixListName(situation.region, value) === undefined)
      throw new AwsError('InvalidPrefixListID.NotFound', `The prefix list ID '${value}' does not exist`)
  } else if (vpcOfGroup(situation, value) !== vpcId) {
    throw new AwsError('InvalidGroup.NotFound', `You have specified two resources that belong to different networks.`)
  }
}

function ruleText({ inputs }: Situation): string {
  const peer = PEERS.map((name) => text(inputs, name)).find((value) => value !== undefined)
  const protocol = known(inputs, 'ipProtocol')
  const ports =
    protocol === '-1' ? 'ALL' : `${protocol.toUpperCase()}, from port: ${inputs.fromPort}, to port: ${inputs.toPort}`
  return `peer: ${peer}, ${ports}, ALLOW`
}

const RULE_CHANGES = [
  'description',
  'cidrIpv4',
  'cidrIpv6',
  'prefixListId',
  'referencedSecurityGroupId',
  'ipProtocol',
  'fromPort',
  'toPort',
]

export const securityGroupRule = (direction: 'Ingress' | 'Egress'): Permissions =>
  lifeCycle((situation, { id }) => {
    const groupId = known(situation.inputs, 'securityGroupId')
    const group = ec2Arn(situation, 'security-group', groupId)
    const rule = ec2Arn(situation, 'security-group-rule', id)
    const ofGroup = resourceTags(situation.ledger.find('aws:ec2/securityGroup:SecurityGroup', groupId)?.outputs)
    const authorize = `AuthorizeSecurityGroup${direction}`
    return {
      create: [call(`ec2:${authorize}`, group, ofGroup), ...creation(situation, authorize, rule)],
      read: calls('ec2:DescribeSecurityGroupRules'),
      update: [
        ...when(
          changed(situation, ...RULE_CHANGES),
          call('ec2:ModifySecurityGroupRules', group, ofGroup),
          onOwn(situation, 'ModifySecurityGroupRules', rule),
        ),
        ...ec2Retag(situation, rule),
      ],
      delete: [call(`ec2:RevokeSecurityGroup${direction}`, group, ofGroup)],
    }
  })
