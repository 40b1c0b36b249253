/** Permissions for a hub with the setting `endpointService`: the network load balancer, and the endpoint service. */
import { PREFIX, privateDoorName } from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import type { DeployerScope } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

export function privateDoor({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const elb = (...names: readonly string[]) => of('elasticloadbalancing', ...names)
  const arn = (resource: string) => `arn:aws:elasticloadbalancing:${region}:${account}:${resource}`
  const services = `arn:aws:ec2:${region}:${account}:vpc-endpoint-service/*`
  const addresses = `arn:aws:wafv2:${region}:${account}:regional/ipset/${PREFIX}-hub-private-door/*`
  return [
    allow(
      'PrivateDoor',
      [
        ...elb('AddTags', 'CreateListener', 'CreateLoadBalancer', 'DeleteLoadBalancer'),
        ...elb('ModifyLoadBalancerAttributes', 'RemoveTags', 'SetSecurityGroups', 'SetSubnets'),
      ],
      arn(`loadbalancer/net/${privateDoorName}/*`),
    ),
    allow(
      'PrivateDoorListener',
      elb('AddTags', 'DeleteListener', 'ModifyListener', 'RemoveTags'),
      arn(`listener/net/${privateDoorName}/*`),
    ),
    allow(
      'PrivateDoorTargets',
      [
        ...elb('AddTags', 'CreateTargetGroup', 'DeleteTargetGroup', 'DeregisterTargets', 'ModifyTargetGroup'),
        ...elb('ModifyTargetGroupAttributes', 'RegisterTargets', 'RemoveTags'),
      ],
      arn(`targetgroup/${privateDoorName}/*`),
    ),
    allow(
      'EndpointService',
      [
        ...of('ec2', 'CreateVpcEndpointServiceConfiguration', 'DeleteVpcEndpointServiceConfigurations'),
        ...of('ec2', 'ModifyVpcEndpointServiceConfiguration', 'ModifyVpcEndpointServicePermissions'),
        ...of('ec2', 'StartVpcEndpointServicePrivateDnsVerification'),
      ],
      services,
    ),
    allow(
      'PrivateDoorAddresses',
      [
        ...of('wafv2', 'CreateIPSet', 'CreateWebACL', 'DeleteIPSet', 'GetIPSet', 'ListTagsForResource'),
        ...of('wafv2', 'TagResource', 'UntagResource', 'UpdateIPSet', 'UpdateWebACL'),
      ],
      addresses,
    ),
  ]
}
