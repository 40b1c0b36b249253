/** `aws.ec2.SecurityGroup`. */

import { AwsError } from '../../../errors.ts'
import { call, calls, later, lifeCycle, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, known, others, own, text } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { requireVpc, VPC } from './vpc.ts'

export const SECURITY_GROUP = 'aws:ec2/securityGroup:SecurityGroup'

export const DEFAULT_SECURITY_GROUP = 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup'

/** The characters that AWS allows in descriptions of groups and rules. An apostrophe is not among them. */
export const DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/

/** The VPC of a declared group, or of a VPC's default group. A group of another account does not exist. */
export function vpcOfGroup(situation: Situation, id: string): string {
  const declared = own(situation, SECURITY_GROUP, id) ?? own(situation, DEFAULT_SECURITY_GROUP, id)
  if (declared) return known(declared.outputs, 'vpcId')
  const network = situation.ledger.findBy(VPC, 'defaultSecurityGroupId', id)
  if (network?.account === situation.account && network.region === situation.region) return network.id
  throw new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
}

/** @throws AwsError if a group does not exist, or belongs to another VPC than the resource that uses it. */
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

export const securityGroup: ResourceType = {
  type: SECURITY_GROUP,
  inputs: ['name', 'description', 'vpcId', 'revokeRulesOnDelete', 'tags'],
  required: ['vpcId'],
  named: 'name',
  replaces: ['name', 'description', 'vpcId'],
  defaults: { description: 'Managed by Pulumi', revokeRulesOnDelete: false },
  patient: true,
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
  permissions: lifeCycle((situation, { id }) => {
    const group = ec2Arn(situation, 'security-group', id)
    return {
      create: [
        call('ec2:CreateSecurityGroup', ec2Arn(situation, 'vpc', known(situation.inputs, 'vpcId'))),
        ...creation(situation, 'CreateSecurityGroup', group),
        // The provider removes the default rule that lets everything out.
        ...later([], call('ec2:RevokeSecurityGroupEgress', group, resourceTags(situation.inputs))),
      ],
      read: calls('ec2:DescribeSecurityGroups'),
      update: ec2Retag(situation, group),
      // The provider looks for interfaces that Lambda left behind.
      delete: [
        ...calls('ec2:DescribeNetworkInterfaces'),
        onOwn(situation, 'DeleteSecurityGroup', group),
        ...calls('ec2:DescribeSecurityGroups'),
      ],
    }
  }),
}
