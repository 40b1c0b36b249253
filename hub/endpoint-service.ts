/**
 * The private door: the gateway as an endpoint service. A network load balancer stands before the load balancer, as PrivateLink
 * leads to one only. Whoever is connected still needs a token: connections are no permissions.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Listener } from '../shared/choices.ts'
import { PREFIX, privateDoorName } from '../shared/naming.ts'
import type { Network } from './network.ts'
import { type HubTags, named } from './tags.ts'

export interface EndpointServiceArgs {
  /** The gateway's own name, which consumers call it by, and the public zone that proves it. */
  readonly listener: Extract<Listener, { kind: 'hostedZone' }>
  /** Accounts of partners, who have no spoke: they may ask to be connected. */
  readonly accounts: readonly string[]
  readonly network: Network
  readonly loadBalancerArn: pulumi.Input<string>
  /** Its HTTPS listener, which must be there before it is registered. */
  readonly listenerArn: pulumi.Input<string>
  readonly loadBalancerSecurityGroupId: pulumi.Input<string>
  readonly tags: HubTags
}

export class EndpointService extends pulumi.ComponentResource {
  readonly serviceId: pulumi.Output<string>
  readonly serviceArn: pulumi.Output<string>
  /** Known once the gateway's name is verified: no endpoint may use it before. */
  readonly serviceName: pulumi.Output<string>

  constructor(name: string, args: EndpointServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:EndpointService', name, {}, opts)
    const child = { parent: this }
    const { listener } = args
    const door = networkLoadBalancer(name, args, child)
    const service = new aws.ec2.VpcEndpointService(
      name,
      {
        // Each connection is accepted by itself: an account is allowed to ask, not to connect.
        acceptanceRequired: true,
        networkLoadBalancerArns: [door],
        privateDnsName: listener.domainName,
        tags: named(args.tags, 'private-door'),
      },
      child,
    )
    const verified = verification(name, service, listener, child)
    // Not as a list of the service's: that one would take out again what tenants' ingresses add.
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

/** @returns its ARN, known once it forwards */
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
      // With no inbound rule in its group: whoever does not come through PrivateLink is not let in.
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
      // What the load balancer answers to a path that is no tenant's.
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
      // TLS ends at the load balancer behind it, as for everybody.
      protocol: 'TCP',
      defaultActions: [{ type: 'forward', targetGroupArn: targets.arn }],
      tags: named(tags, 'private-door'),
    },
    opts,
  )
  return pulumi.all([balancer.arn, registered.id, listener.arn]).apply(([arn]) => arn)
}

const HTTPS = 443

/** Out to the load balancer, and nothing in. */
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

/** AWS lets consumers use the gateway's name once a record in its public zone has proven whose it is. */
function verification(
  name: string,
  service: aws.ec2.VpcEndpointService,
  { hostedZoneId, domainName }: EndpointServiceArgs['listener'],
  opts: pulumi.CustomResourceOptions,
): aws.vpc.EndpointServicePrivateDnsVerification {
  // One name, one proof.
  const proof = service.privateDnsNameConfigurations.apply(([configuration]) => {
    if (configuration) return configuration
    throw new Error(`AWS asks for no record that proves ${domainName}.`)
  })
  const record = new aws.route53.Record(
    `${name}-proof`,
    // A name without a domain is one in the zone.
    { zoneId: hostedZoneId, name: proof.name, type: 'TXT', records: [proof.value], ttl: 300 },
    opts,
  )
  return new aws.vpc.EndpointServicePrivateDnsVerification(
    // Another name has to be proven again, and nothing else of this resource would change.
    `${name}-${domainName}`,
    { serviceId: service.id, waitForVerification: true },
    { ...opts, dependsOn: [record] },
  )
}
