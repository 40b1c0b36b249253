/**
 * The tenant's VPC: it has no internet gateway and no NAT gateway, only the model endpoint and the Transit Gateway attachment. With another
 * address block it is another VPC with other contents. The new resources do not conflict with the old ones, so everything is made before
 * anything is deleted, whatever the provider's defaults (docs/decisions/0013-moving-a-tenant.md).
 */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { SpokeZonePlan } from '../../shared/addressing.ts'
import type { TagMap } from '../tags.ts'

export interface SpokeNetworkArgs {
  readonly cidrBlock: string
  readonly zones: readonly SpokeZonePlan[]
  readonly transitGatewayId: pulumi.Input<string>
  readonly tags: TagMap & { readonly Name: string }
}

export interface SpokeNetwork {
  readonly vpc: aws.ec2.Vpc
  readonly endpointSubnets: readonly aws.ec2.Subnet[]
  /** The route table of the endpoint's subnets. */
  readonly routeTable: aws.ec2.RouteTable
  readonly attachment: aws.ec2transitgateway.VpcAttachment
}

export function spokeNetwork(name: string, args: SpokeNetworkArgs, given: pulumi.CustomResourceOptions): SpokeNetwork {
  const { tags } = args
  const opts = { ...given, deleteBeforeReplace: false }
  const vpc = new aws.ec2.Vpc(
    name,
    { cidrBlock: args.cidrBlock, enableDnsSupport: true, enableDnsHostnames: true, tags },
    opts,
  )
  // The default group of a VPC lets its members talk to each other and to the world, so its rules are removed.
  new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id, ingress: [], egress: [], tags }, opts)

  const endpointSubnets = subnets(name, 'endpoint', vpc, args, opts)
  const routeTable = subnetRoutes(`${name}-endpoint`, vpc, endpointSubnets, args, opts)

  const attachmentSubnets = subnets(name, 'transit-gateway', vpc, args, opts)
  // A table without routes: packets from the hub find the VPC's own addresses, and nothing passes through.
  subnetRoutes(`${name}-transit-gateway`, vpc, attachmentSubnets, args, opts)

  const attachment = new aws.ec2transitgateway.VpcAttachment(
    name,
    {
      transitGatewayId: args.transitGatewayId,
      vpcId: vpc.id,
      subnetIds: attachmentSubnets.map(({ subnet }) => subnet.id),
      dnsSupport: 'enable',
      ipv6Support: 'disable',
      tags,
    },
    opts,
  )
  return { vpc, endpointSubnets: endpointSubnets.map(({ subnet }) => subnet), routeTable, attachment }
}

interface ZoneSubnet {
  readonly zoneId: string
  readonly subnet: aws.ec2.Subnet
}

/** One subnet in each zone, by the zone's id, because a zone's name means another place in another account. */
function subnets(
  name: string,
  kind: 'endpoint' | 'transit-gateway',
  vpc: aws.ec2.Vpc,
  args: SpokeNetworkArgs,
  opts: pulumi.CustomResourceOptions,
): readonly ZoneSubnet[] {
  return args.zones.map((zone) => ({
    zoneId: zone.zoneId,
    subnet: new aws.ec2.Subnet(
      `${name}-${kind}-${zone.zoneId}`,
      {
        vpcId: vpc.id,
        cidrBlock: kind === 'endpoint' ? zone.endpoint : zone.transitGateway,
        availabilityZoneId: zone.zoneId,
        tags: { ...args.tags, Name: `${args.tags.Name}-${kind}-${zone.zoneId}` },
      },
      opts,
    ),
  }))
}

function subnetRoutes(
  name: string,
  vpc: aws.ec2.Vpc,
  members: readonly ZoneSubnet[],
  args: SpokeNetworkArgs,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.RouteTable {
  const routeTable = new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: { ...args.tags, Name: name } }, opts)
  for (const { zoneId, subnet } of members) {
    new aws.ec2.RouteTableAssociation(`${name}-${zoneId}`, { routeTableId: routeTable.id, subnetId: subnet.id }, opts)
  }
  return routeTable
}
