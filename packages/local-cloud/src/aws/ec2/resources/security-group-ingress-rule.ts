/** `aws.vpc.SecurityGroupIngressRule`. */
import type { ResourceType } from '../../../resource/resource-type.ts'
import { rule, securityGroupRule } from '../security-group-rule.ts'

export const INGRESS_RULE = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'

export const securityGroupIngressRule: ResourceType = {
  ...rule(INGRESS_RULE),
  permissions: securityGroupRule('Ingress'),
}
