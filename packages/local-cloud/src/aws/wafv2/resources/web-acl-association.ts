/** `aws.wafv2.WebAclAssociation`. */

import { AwsError } from '../../../errors.ts'
import { call, lifeCycle, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, requireOwn } from '../../../resource/values.ts'
import { LOAD_BALANCER } from '../../load-balancer/resources/load-balancer.ts'
import { invalid } from '../calls.ts'
import { WEB_ACL, WEB_ACL_ASSOCIATION } from './web-acl.ts'

export const webAclAssociation: ResourceType = {
  type: WEB_ACL_ASSOCIATION,
  inputs: ['resourceArn', 'webAclArn'],
  required: ['resourceArn', 'webAclArn'],
  replaces: ['resourceArn', 'webAclArn'],
  releases: ['resourceArn'],
  refuse(situation) {
    const resourceArn = known(situation.inputs, 'resourceArn')
    const webAclArn = known(situation.inputs, 'webAclArn')
    const missing = 'AWS WAF couldn’t perform the operation because your resource doesn’t exist.'
    const balancer = requireOwn(situation, LOAD_BALANCER, resourceArn, 'WAFUnavailableEntityException', missing)
    if (balancer.outputs.loadBalancerType !== 'application')
      throw invalid(`${resourceArn} is no Application Load Balancer`)
    const acl = situation.ledger.findBy(WEB_ACL, 'arn', webAclArn)
    if (acl?.account !== situation.account) throw new AwsError('WAFNonexistentItemException', missing)
  },
  answer: ({ inputs }) => ({ id: `${known(inputs, 'webAclArn')},${known(inputs, 'resourceArn')}`, outputs: {} }),
  permissions: lifeCycle(({ inputs, ledger }) => {
    const balancer = known(inputs, 'resourceArn')
    const aclArn = known(inputs, 'webAclArn')
    const tags = resourceTags(ledger.findBy('aws:wafv2/webAcl:WebAcl', 'arn', aclArn)?.outputs)
    const onBoth = (action: string) => [call(`wafv2:${action}`, aclArn, tags), call(`wafv2:${action}`, balancer)]
    return {
      create: [...onBoth('AssociateWebACL'), setWebAcl, atBalancer('CreateWebACLAssociation', balancer)],
      read: [...onBoth('GetWebACLForResource'), atBalancer('GetLoadBalancerWebACL', balancer)],
      delete: [call('wafv2:DisassociateWebACL', balancer), setWebAcl, atBalancer('DeleteWebACLAssociation', balancer)],
    }
  }),
}

/**
 * WAF calls the load balancer's service with the permissions of the caller: an old action, for which IAM has no resource, and one for each
 * operation.
 */
const atBalancer = (action: string, balancer: string) => call(`elasticloadbalancing:${action}`, balancer)

const setWebAcl = call('elasticloadbalancing:SetWebAcl')
