/** `aws.vpc.SecurityGroupEgressRule`. */
import type { ResourceType } from '../../../resource/resource-type.ts'
import { rule, securityGroupRule } from '../security-group-rule.ts'

export const EGRESS_RULE = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'

export const securityGroupEgressRule: ResourceType = {
  ...rule(EGRESS_RULE),
  permissions: securityGroupRule('Egress'),
}
