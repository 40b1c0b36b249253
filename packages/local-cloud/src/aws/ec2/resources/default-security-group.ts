/** `aws.ec2.DefaultSecurityGroup`. */

import { UnsupportedError } from '../../../errors.ts'
import { call, calls, changed, lifeCycle, newTags, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, known } from '../../../resource/values.ts'
import { ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { DEFAULT_SECURITY_GROUP } from './security-group.ts'
import { requireVpc } from './vpc.ts'

/** Adopts a VPC's default security group and removes all of its rules. */
export const defaultSecurityGroup: ResourceType = {
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
  /** The group exists with its VPC: creating the resource removes its rules, and deleting the resource leaves the group. */
  permissions: lifeCycle((situation, { id }) => {
    const group = ec2Arn(situation, 'security-group', id)
    return {
      create: [
        ...calls('ec2:DescribeSecurityGroups'),
        call('ec2:RevokeSecurityGroupIngress', group),
        call('ec2:RevokeSecurityGroupEgress', group),
        call('ec2:CreateTags', group, newTags(situation)),
      ],
      read: calls('ec2:DescribeSecurityGroups'),
      update: [
        ...when(changed(situation, 'ingress'), onOwn(situation, 'RevokeSecurityGroupIngress', group)),
        ...when(changed(situation, 'egress'), onOwn(situation, 'RevokeSecurityGroupEgress', group)),
        ...ec2Retag(situation, group),
      ],
      delete: [],
    }
  }),
}
