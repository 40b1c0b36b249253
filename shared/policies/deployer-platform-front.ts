/** Permissions for load balancer and firewall. */
import { loadBalancerName } from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import { type DeployerScope, serviceLinkedRole } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

export function loadBalancer({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const elb = (...names: readonly string[]) => of('elasticloadbalancing', ...names)
  const arn = (kind: string) => `arn:aws:elasticloadbalancing:${region}:${account}:${kind}/app/${loadBalancerName}/*`
  return [
    allow('LookAtLoadBalancers', ['elasticloadbalancing:Describe*']),
    allow(
      'LoadBalancer',
      elb(
        'AddTags',
        'CreateListener',
        'CreateLoadBalancer',
        'DeleteLoadBalancer',
        'ModifyLoadBalancerAttributes',
        'RemoveTags',
        'SetSecurityGroups',
        'SetSubnets',
      ),
      arn('loadbalancer'),
    ),
    allow(
      'Listeners',
      elb('AddTags', 'CreateRule', 'DeleteListener', 'ModifyListener', 'ModifyListenerAttributes', 'RemoveTags'),
      arn('listener'),
    ),
    allow('Rules', elb('AddTags', 'DeleteRule', 'ModifyRule', 'RemoveTags', 'SetRulePriorities'), arn('listener-rule')),
    serviceLinkedRole(account, 'elasticloadbalancing.amazonaws.com'),
  ]
}

export function firewall({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const waf = (...names: readonly string[]) => of('wafv2', ...names)
  const regional = `arn:aws:wafv2:${region}:${account}:regional`
  return [
    allow(
      'Firewall',
      [
        ...waf('AssociateWebACL', 'CreateWebACL', 'DeleteWebACL', 'GetWebACL', 'GetWebACLForResource'),
        ...waf('ListTagsForResource', 'TagResource', 'UntagResource', 'UpdateWebACL'),
      ],
      `${regional}/webacl/${loadBalancerName}/*`,
    ),
    allow('ManagedRules', waf('CreateWebACL', 'UpdateWebACL'), `${regional}/managedruleset/*/*`),
    allow(
      'ProtectLoadBalancer',
      waf('AssociateWebACL', 'DisassociateWebACL', 'GetWebACLForResource'),
      `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${loadBalancerName}/*`,
    ),
    // WAF calls this with the permissions of the caller who makes the association.
    allow(
      'LetFirewallIn',
      of('elasticloadbalancing', 'CreateWebACLAssociation', 'DeleteWebACLAssociation', 'GetLoadBalancerWebACL'),
      `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${loadBalancerName}/*`,
    ),
    allow('LetFirewallInOfOld', ['elasticloadbalancing:SetWebAcl']),
  ]
}
