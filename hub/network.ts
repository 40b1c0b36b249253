/** The hub's VPC: public, private and Transit Gateway subnets in every zone, its flow logs, and the endpoints in it. */
import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'
import type { HubZonePlan } from '../shared/addressing.ts'
import { PREFIX } from '../shared/naming.ts'
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
  /** In the order of the settings' zones, as the next two. */
  readonly publicSubnetIds: pulumi.Output<string>[]
  readonly privateSubnetIds: pulumi.Output<string>[]
  readonly transitGatewaySubnetIds: pulumi.Output<string>[]
  readonly privateRouteTableIds: pulumi.Output<string>[]
  /** What must not be deleted before anything that is reached from the internet: the way out. */
  readonly vpc: awsx.ec2.Vpc
  /** Without rules: a destroyed function's network interfaces are moved to it, so that nobody waits for them. */
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
        // Not `Exact`: it refuses the free blocks that let a zone be added without moving a subnet.
        subnetStrategy: 'Auto',
        subnetSpecs: [
          { type: 'Public', name: 'public', cidrBlocks: plan.map((zone) => zone.public) },
          { type: 'Private', name: 'private', cidrBlocks: plan.map((zone) => zone.private) },
          { type: 'Isolated', name: 'transit-gateway', cidrBlocks: plan.map((zone) => zone.transitGateway) },
        ],
        // The default is one gateway per zone, and a bill for it, whether anything uses it or not. An internal load balancer has no
        // other way to the key sets, which are at public addresses.
        natGateways: {
          strategy: settings.keySetVia === 'nat' || settings.loadBalancer === 'internal' ? 'OnePerAz' : 'None',
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
    // A group that nobody uses is still every new interface's default: it admits nothing.
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

/** The list's length is known before the list is: a subnet for each zone. */
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
