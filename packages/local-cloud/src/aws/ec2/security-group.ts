/** `aws.ec2` security groups and `aws.vpc` rules. Groups made by the provider start without any rule, egress included. */

import { AwsError, UnsupportedError } from '../../errors.ts'
import { parseCidr } from '../../network/cidr.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, autoName, known, number, others, own, text } from '../../resource/values.ts'
import { prefixListName } from './prefix-lists.ts'
import { requireVpc, VPC } from './vpc.ts'

export const SECURITY_GROUP = 'aws:ec2/securityGroup:SecurityGroup'
export const DEFAULT_SECURITY_GROUP = 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup'
export const INGRESS_RULE = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'
export const EGRESS_RULE = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'

/** What AWS allows in the description of a group and of a rule. No apostrophe. */
const DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/
/** Rules of a group, per direction. */
const RULE_QUOTA = 60

/** The VPC of a group: declared, or a VPC's own default. Another account's group does not exist. */
export function vpcOfGroup(situation: Situation, id: string): string {
  const declared = own(situation, SECURITY_GROUP, id) ?? own(situation, DEFAULT_SECURITY_GROUP, id)
  if (declared) return known(declared.outputs, 'vpcId')
  const network = situation.ledger.findBy(VPC, 'defaultSecurityGroupId', id)
  if (network?.account === situation.account && network.region === situation.region) return network.id
  throw new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
}

/** @throws AwsError when a group does not exist, or is of another VPC than what it is put on. */
export function requireGroups(
  situation: Situation,
  ids: readonly string[],
  vpcId: string,
  code = 'InvalidParameter',
): void {
  for (const id of ids)
    if (vpcOfGroup(situation, id) !== vpcId)
      throw new AwsError(code, `Security group ${id} and network ${vpcId} belong to different networks.`)
}

const group: ResourceType = {
  type: SECURITY_GROUP,
  inputs: ['name', 'description', 'vpcId', 'revokeRulesOnDelete', 'tags'],
  required: ['vpcId'],
  named: 'name',
  replaces: ['name', 'description', 'vpcId'],
  defaults: { description: 'Managed by Pulumi', revokeRulesOnDelete: false },
  refuse(situation) {
    const vpcId = known(situation.inputs, 'vpcId')
    const name = autoName(situation)
    const description = text(situation.inputs, 'description') ?? ''
    requireVpc(situation, vpcId)
    if (name.startsWith('sg-') || !DESCRIPTION.test(name))
      throw new AwsError('InvalidParameterValue', `Invalid security group name: '${name}'.`)
    if (!DESCRIPTION.test(description))
      throw new AwsError(
        'InvalidParameterValue',
        `Invalid security group description '${description}'. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
      )
    for (const other of others(situation, SECURITY_GROUP, ['name', name]))
      if (other.outputs.vpcId === vpcId)
        throw new AwsError('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`)
  },
  answer(situation) {
    const id = `sg-0${situation.stableToken(16)}`
    return {
      id,
      outputs: {
        name: autoName(situation),
        description: text(situation.inputs, 'description') ?? 'Managed by Pulumi',
        arn: arn(situation, 'ec2', `security-group/${id}`),
        ownerId: situation.account,
        ingress: [],
        egress: [],
      },
    }
  },
}

/** Adopts a VPC's own group and takes all its rules away. */
const defaultGroup: ResourceType = {
  type: DEFAULT_SECURITY_GROUP,
  inputs: ['vpcId', 'ingress', 'egress', 'revokeRulesOnDelete', 'tags'],
  required: ['vpcId'],
  replaces: ['vpcId'],
  releases: ['vpcId'],
  refuse(situation) {
    requireVpc(situation, known(situation.inputs, 'vpcId'))
    for (const name of ['ingress', 'egress']) {
      const rules = situation.inputs[name]
      if (Array.isArray(rules) && rules.length > 0)
        throw new UnsupportedError(`rules in "${name}" of ${DEFAULT_SECURITY_GROUP}: leave it empty`)
    }
  },
  answer(situation) {
    const network = requireVpc(situation, known(situation.inputs, 'vpcId'))
    const id = known(network.outputs, 'defaultSecurityGroupId')
    return {
      id,
      outputs: {
        name: 'default',
        description: 'default VPC security group',
        arn: arn(situation, 'ec2', `security-group/${id}`),
        ownerId: situation.account,
        ingress: [],
        egress: [],
      },
    }
  },
}

const PEERS = ['cidrIpv4', 'prefixListId', 'referencedSecurityGroupId'] as const
const RULE_INPUTS = ['ipProtocol', 'fromPort', 'toPort', ...PEERS] as const
const PROTOCOLS = ['-1', 'tcp', 'udp', 'icmp']

const rule = (type: string): Omit<ResourceType, 'permissions'> => ({
  type,
  inputs: ['securityGroupId', ...RULE_INPUTS, 'description', 'tags'],
  required: ['securityGroupId', 'ipProtocol'],
  replaces: ['securityGroupId'],
  // A rule goes with its group; a group that another's rule names stays.
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
    if (siblings.length >= RULE_QUOTA)
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

const ingressRule: ResourceType = {
  ...rule(INGRESS_RULE),
}

const egressRule: ResourceType = {
  ...rule(EGRESS_RULE),
}
