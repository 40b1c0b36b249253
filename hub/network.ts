/** The hub's VPC: public, private and Transit Gateway subnets in every zone, its flow logs, and the endpoints in it. */
import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'
import type { HubZonePlan } from '../shared/addressing.ts'
import { PREFIX } from '../shared/naming.ts'
import { hasNat } from '../shared/nat.ts'
import { flowLogs } from '../shared/resources/flow-logs.ts'
import type { HubSettings } from '../shared/settings.ts'
import { type HubTags, named } from './tags.ts'

export interface NetworkArgs {
  readonly settings: Pick<
    HubSettings,
    'account' | 'region' | 'cidrBlock' | 'availabilityZones' | 'keySetVia' | 'loadBalancer' | 'deletionProtection'
  >
  readonly plan: readonly HubZonePlan[]
  readonly provider: aws.Provider
  readonly tags: HubTags
}

export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>
  /** In the order of the zones in the settings, like the next two lists. */
  readonly publicSubnetIds: pulumi.Output<string>[]
  readonly privateSubnetIds: pulumi.Output<string>[]
  readonly transitGatewaySubnetIds: pulumi.Output<string>[]
  readonly privateRouteTableIds: pulumi.Output<string>[]
  /**
   * The component that contains the internet gateway: resources that are reached from the internet depend on it, so that it is deleted after
   * them.
   */
  readonly vpc: awsx.ec2.Vpc
  /** A security group without rules. The network interfaces of a destroyed function are moved to it, so that nobody has to wait for them. */
  readonly parkingSecurityGroupId: pulumi.Output<string>

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Network', name, {}, opts)
    const { settings, plan, provider, tags } = args
    const zones = settings.availabilityZones
    this.vpc = new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: settings.cidrBlock,
        availabilityZoneNames: [...zones],
        // Not `Exact`: this refuses the free blocks that allow a zone to be added without moving a subnet.
        subnetStrategy: 'Auto',
        subnetSpecs: [
          { type: 'Public', name: 'public', cidrBlocks: plan.map((zone) => zone.public) },
          { type: 'Private', name: 'private', cidrBlocks: plan.map((zone) => zone.private) },
          { type: 'Isolated', name: 'transit-gateway', cidrBlocks: plan.map((zone) => zone.transitGateway) },
        ],
        // The default is a NAT gateway in each zone, which costs money even if nothing uses it. An internal load balancer needs NAT to reach the
        // key sets, which are at public addresses.
        natGateways: {
          strategy: hasNat(settings) ? 'OnePerAz' : 'None',
        },
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { ...tags },
      },
      { parent: this, providers: [provider] },
    )
    this.vpcId = this.vpc.vpcId
    this.publicSubnetIds = eachOf(this.vpc.publicSubnetIds, zones)
    this.privateSubnetIds = eachOf(this.vpc.privateSubnetIds, zones)
    this.transitGatewaySubnetIds = eachOf(this.vpc.isolatedSubnetIds, zones)
    this.privateRouteTableIds = this.privateSubnetIds.map(
      (subnetId) => aws.ec2.getRouteTableOutput({ subnetId }, { parent: this, provider }).routeTableId,
    )
    // The default group of a VPC applies to every new interface that names no group, so it admits nothing.
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: this.vpcId, tags: named(tags, 'default') },
      { parent: this },
    )
    this.parkingSecurityGroupId = new aws.ec2.SecurityGroup(
      `${name}-parking`,
      {
        name: 'genai-hub-parking',
        description: 'Without rules: network interfaces of destroyed functions',
        vpcId: this.vpcId,
        tags: named(tags, 'parking'),
      },
      { parent: this },
    ).id
    flowLogs(
      `${name}-flow-logs`,
      {
        ...settings,
        vpcId: this.vpcId,
        namePrefix: `/${PREFIX}/hub/flow-logs-`,
        roleName: `${PREFIX}-hub-flow-logs`,
        displayName: `${PREFIX}-hub-flow-logs`,
        tags,
      },
      { parent: this },
    )
    this.registerOutputs({ vpcId: this.vpcId })
  }
}

/** The length of the list is known before the list: one subnet for each zone. */
function eachOf(ids: pulumi.Output<string[]>, zones: readonly string[]): pulumi.Output<string>[] {
  return zones.map((zone, index) =>
    ids.apply((list) => {
      const id = list[index]
      if (id === undefined)
        throw new Error(`The VPC has no subnet in ${zone}: it has ${list.length}, of ${zones.length}.`)
      return id
    }),
  )
}
