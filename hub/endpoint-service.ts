/**
 * The private door: the gateway as an endpoint service. PrivateLink leads only to a network load balancer, so one stands in front of the load
 * balancer. A connection gives no access: every request needs a token.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Listener } from '../shared/choices.ts'
import { PREFIX, privateDoorName } from '../shared/naming.ts'
import type { Network } from './network.ts'
import { type HubTags, named } from './tags.ts'

export interface EndpointServiceArgs {
  /** The gateway's own name, which consumers call, and the public hosted zone in which its ownership is proven. */
  readonly listener: Extract<Listener, { kind: 'hostedZone' }>
  /** Accounts of partners, who have no spoke: they may ask for a connection. */
  readonly accounts: readonly string[]
  readonly network: Network
  readonly loadBalancerArn: pulumi.Input<string>
  /** The load balancer's HTTPS listener, which must exist before the load balancer can be registered as a target. */
  readonly listenerArn: pulumi.Input<string>
  readonly loadBalancerSecurityGroupId: pulumi.Input<string>
  readonly tags: HubTags
}

export class EndpointService extends pulumi.ComponentResource {
  readonly serviceId: pulumi.Output<string>
  readonly serviceArn: pulumi.Output<string>
  /** Known after the gateway's name is verified, because no endpoint may use the name before. */
  readonly serviceName: pulumi.Output<string>

  constructor(name: string, args: EndpointServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:EndpointService', name, {}, opts)
    const child = { parent: this }
    const { listener } = args
    const door = networkLoadBalancer(name, args, child)
    const service = new aws.ec2.VpcEndpointService(
      name,
      {
        // An allowed account may only ask for a connection. Each connection is accepted separately.
        acceptanceRequired: true,
        networkLoadBalancerArns: [door],
        privateDnsName: listener.domainName,
        tags: named(args.tags, 'private-door'),
      },
      child,
    )
    const verified = verification(name, service, listener, child)
    // Not the service's own list of principals: it would remove the accounts that tenants' ingresses add.
    for (const account of args.accounts)
      new aws.ec2.VpcEndpointServiceAllowedPrinciple(
        `${name}-${account}`,
        { vpcEndpointServiceId: service.id, principalArn: `arn:aws:iam::${account}:root` },
        child,
      )
    this.serviceId = service.id
    this.serviceArn = service.arn
    this.serviceName = pulumi.all([service.serviceName, verified.id]).apply(([serviceName]) => serviceName)
    this.registerOutputs({ serviceName: this.serviceName })
  }
}

/** @returns its ARN, known when it forwards */
function networkLoadBalancer(
  name: string,
  { network, loadBalancerArn, listenerArn, loadBalancerSecurityGroupId, tags }: EndpointServiceArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const group = securityGroup(name, { network, loadBalancerSecurityGroupId, tags }, opts)
  const balancer = new aws.lb.LoadBalancer(
    name,
    {
      name: privateDoorName,
      loadBalancerType: 'network',
      internal: true,
      subnets: network.privateSubnetIds,
      securityGroups: [group.id],
      // Its security group has no inbound rule, so only PrivateLink's traffic gets in.
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
      tags: named(tags, 'private-door'),
    },
    opts,
  )
  const targets = new aws.lb.TargetGroup(
    name,
    {
      name: privateDoorName,
      targetType: 'alb',
      protocol: 'TCP',
      port: HTTPS,
      vpcId: network.vpcId,
      // The load balancer's answer to a path that belongs to no tenant.
      healthCheck: { protocol: 'HTTPS', path: '/', matcher: '404' },
      tags: named(tags, 'private-door'),
    },
    opts,
  )
  const registered = new aws.lb.TargetGroupAttachment(
    name,
    {
      targetGroupArn: targets.arn,
      targetId: pulumi.all([loadBalancerArn, listenerArn]).apply(([arn]) => arn),
      port: HTTPS,
    },
    opts,
  )
  const listener = new aws.lb.Listener(
    name,
    {
      loadBalancerArn: balancer.arn,
      port: HTTPS,
      // TLS ends at the load balancer behind it, as for all clients.
      protocol: 'TCP',
      defaultActions: [{ type: 'forward', targetGroupArn: targets.arn }],
      tags: named(tags, 'private-door'),
    },
    opts,
  )
  return pulumi.all([balancer.arn, registered.id, listener.arn]).apply(([arn]) => arn)
}

const HTTPS = 443

/** Outbound to the load balancer; no inbound rule. */
function securityGroup(
  name: string,
  {
    network,
    loadBalancerSecurityGroupId,
    tags,
  }: Pick<EndpointServiceArgs, 'network' | 'loadBalancerSecurityGroupId' | 'tags'>,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    name,
    {
      name: `${PREFIX}-hub-private-door`,
      description: 'Private door: out to the load balancer, nothing in but PrivateLink',
      vpcId: network.vpcId,
      tags: named(tags, 'private-door'),
    },
    opts,
  )
  const https = { ipProtocol: 'tcp', fromPort: HTTPS, toPort: HTTPS, tags: named(tags, 'private-door') }
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-load-balancer`,
    {
      securityGroupId: group.id,
      description: 'The load balancer',
      referencedSecurityGroupId: loadBalancerSecurityGroupId,
      ...https,
    },
    opts,
  )
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-load-balancer`,
    {
      securityGroupId: loadBalancerSecurityGroupId,
      description: 'Private door',
      referencedSecurityGroupId: group.id,
      ...https,
    },
    opts,
  )
  return group
}

/** AWS lets consumers use the gateway's name after a record in the public zone has proven its ownership. */
function verification(
  name: string,
  service: aws.ec2.VpcEndpointService,
  { hostedZoneId, domainName }: EndpointServiceArgs['listener'],
  opts: pulumi.CustomResourceOptions,
): aws.vpc.EndpointServicePrivateDnsVerification {
  // A name has one proof.
  const proof = service.privateDnsNameConfigurations.apply(([configuration]) => {
    if (configuration) return configuration
    throw new Error(`AWS asks for no record that proves ${domainName}.`)
  })
  const record = new aws.route53.Record(
    `${name}-proof`,
    // A record name without a domain is a name in the zone.
    { zoneId: hostedZoneId, name: proof.name, type: 'TXT', records: [proof.value], ttl: 300 },
    opts,
  )
  return new aws.vpc.EndpointServicePrivateDnsVerification(
    // A changed name must be verified again, but changes no other input of this resource.
    `${name}-${domainName}`,
    { serviceId: service.id, waitForVerification: true },
    { ...opts, dependsOn: [record] },
  )
}
