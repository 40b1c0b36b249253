/** Security groups and their rules. */
import { known } from '../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from './ec2-call.ts'
import { call, calls, changed, later, lifeCycle, newTags, type Permissions, resourceTags, when } from './permission.ts'

const securityGroup = lifeCycle((situation, { id }) => {
  const group = ec2Arn(situation, 'security-group', id)
  return {
    create: [
      call('ec2:CreateSecurityGroup', ec2Arn(situation, 'vpc', known(situation.inputs, 'vpcId'))),
      ...creation(situation, 'CreateSecurityGroup', group),
      // The provider takes away the rule that lets everything out.
      ...later([], call('ec2:RevokeSecurityGroupEgress', group, resourceTags(situation.inputs))),
    ],
    read: calls('ec2:DescribeSecurityGroups'),
    update: ec2Retag(situation, group),
    // It looks for interfaces that Lambda left behind.
    delete: [...calls('ec2:DescribeNetworkInterfaces'), onOwn(situation, 'DeleteSecurityGroup', group)],
  }
})

/** The group that comes with a VPC: it is there, is emptied of what it had, and stays. */
const defaultSecurityGroup = lifeCycle((situation, { id }) => {
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
})

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

const securityGroupRule = (direction: 'Ingress' | 'Egress'): Permissions =>
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

export const securityGroupPermissions: Readonly<Record<string, Permissions>> = {
  'aws:ec2/securityGroup:SecurityGroup': securityGroup,
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': defaultSecurityGroup,
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': securityGroupRule('Egress'),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': securityGroupRule('Ingress'),
}
