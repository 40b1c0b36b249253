/** The front door: the load balancer, its security group, and its DNS name. Listeners are in listeners.ts. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { everythingBut } from '../shared/cidr-without.ts'
import { portsOf } from '../shared/load-balancer-quotas.ts'
import { loadBalancerName, PREFIX } from '../shared/naming.ts'
import { aliasRecord } from '../shared/resources/alias-record.ts'
import type { HubSettings } from '../shared/settings.ts'
import { LOAD_BALANCER_IDLE_SECONDS } from '../shared/tenant.ts'
import { accessLogs } from './access-logs.ts'
import { listeners } from './listeners.ts'
import type { Network } from './network.ts'
import { type HubTags, named } from './tags.ts'
import { firewall } from './waf.ts'

export interface LoadBalancerArgs {
  readonly settings: Pick<
    HubSettings,
    | 'account'
    | 'region'
    | 'cidrBlock'
    | 'spokesCidrBlock'
    | 'listener'
    | 'loadBalancer'
    | 'endpointService'
    | 'allowedCidrBlocks'
    | 'browserOrigin'
    | 'wafRateLimit'
    | 'deletionProtection'
  >
  readonly network: Network
  /** The blocks of the private subnets. */
  readonly privateCidrBlocks: readonly string[]
  /** The client instance's address as the load balancer sees it, which is also admitted. */
  readonly clientAddress?: pulumi.Input<string>
  readonly tags: HubTags
}

export class LoadBalancer extends pulumi.ComponentResource {
  readonly loadBalancerArn: pulumi.Output<string>
  readonly securityGroupId: pulumi.Output<string>
  readonly dnsName: pulumi.Output<string>
  /** The listener to which tenants' rules are added. */
  readonly listenerArn: pulumi.Output<string>
  readonly listenerProtocol: 'HTTPS' | 'HTTP'
  readonly gatewayUrl: pulumi.Output<string>

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:LoadBalancer', name, {}, opts)
    const child = { parent: this }
    const { settings, tags } = args
    const { listener } = settings
    const internal = settings.loadBalancer === 'internal'
    const insecure = listener.kind === 'insecureHttp'
    const logs = accessLogs(`${name}-access-logs`, { ...settings, tags }, child)
    const group = securityGroup(name, args, child)
    const loadBalancer = new aws.lb.LoadBalancer(
      name,
      {
        name: loadBalancerName,
        loadBalancerType: 'application',
        internal,
        subnets: internal ? args.network.privateSubnetIds : args.network.publicSubnetIds,
        securityGroups: [group.id],
        idleTimeout: LOAD_BALANCER_IDLE_SECONDS,
        // By default AWS passes invalid headers on and accepts ambiguous requests.
        dropInvalidHeaderFields: true,
        desyncMitigationMode: 'strictest',
        enableDeletionProtection: settings.deletionProtection,
        accessLogs: { bucket: logs.bucket, prefix: logs.prefix, enabled: true },
        tags: named(tags, 'load-balancer'),
      },
      // Depends on the VPC, so that the internet gateway is not deleted while addresses are in use.
      { ...child, dependsOn: [logs.writable, args.network.vpc] },
    )
    firewall(
      `${name}-firewall`,
      {
        loadBalancerArn: loadBalancer.arn,
        rateLimit: settings.wafRateLimit,
        ...(settings.endpointService && { doorCidrBlocks: args.privateCidrBlocks }),
        tags,
      },
      child,
    )
    if (listener.kind === 'hostedZone') {
      const target = { name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId }
      aliasRecord(name, { domain: listener, type: 'A', target }, child)
    }
    this.loadBalancerArn = loadBalancer.arn
    this.securityGroupId = group.id
    this.dnsName = loadBalancer.dnsName
    this.listenerArn = listeners(name, { ...settings, loadBalancerArn: loadBalancer.arn, tags }, child)
    this.listenerProtocol = insecure ? 'HTTP' : 'HTTPS'
    this.gatewayUrl = insecure
      ? pulumi.interpolate`http://${loadBalancer.dnsName}`
      : pulumi.output(`https://${listener.domainName}`)
    this.registerOutputs({ loadBalancerArn: this.loadBalancerArn, listenerArn: this.listenerArn })
  }
}

/**
 * Inbound: the allowed blocks. Outbound: to fetch the key sets with which tokens are validated. Functions are not reached through the network;
 * the rule for tasks is in fargate.ts.
 */
function securityGroup(
  name: string,
  { settings, network, clientAddress, tags }: LoadBalancerArgs,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    name,
    {
      name: `${PREFIX}-hub-load-balancer`,
      description: 'Load balancer: the allowed addresses, and the key set',
      vpcId: network.vpcId,
      tags: named(tags, 'load-balancer'),
    },
    opts,
  )
  const insecure = settings.listener.kind === 'insecureHttp'
  const ports = portsOf(settings.listener)
  const sources: readonly [string, pulumi.Input<string>][] = [
    ...settings.allowedCidrBlocks.map((cidr): [string, string] => [cidr.replace('/', '-'), cidr]),
    ...(clientAddress === undefined
      ? []
      : [['client', pulumi.interpolate`${clientAddress}/32`] as [string, pulumi.Input<string>]]),
  ]
  for (const [source, cidrIpv4] of sources) {
    for (const port of ports) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-${source}-${port}`,
        {
          securityGroupId: group.id,
          description: source === 'client' ? 'Client instance' : 'Allowed',
          ipProtocol: 'tcp',
          fromPort: port,
          toPort: port,
          cidrIpv4,
          tags: named(tags, 'load-balancer'),
        },
        opts,
      )
    }
  }
  for (const [suffix, cidrIpv4] of insecure ? [] : keySetBlocks(settings)) {
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-key-set${suffix}`,
      {
        securityGroupId: group.id,
        description: 'Key set of the user pool, at its public address',
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        cidrIpv4,
        tags: named(tags, 'load-balancer'),
      },
      opts,
    )
  }
  return group
}

/** An internal load balancer is in the gateways' subnets, which tenants' endpoints admit. So its own group must not let it out to them. */
const keySetBlocks = ({ loadBalancer, cidrBlock, spokesCidrBlock }: LoadBalancerArgs['settings']) =>
  loadBalancer === 'internal'
    ? everythingBut([cidrBlock, spokesCidrBlock]).map((block) => [`-${block.replace('/', '-')}`, block] as const)
    : [['', '0.0.0.0/0'] as const]
