/** The Transit Gateway: two route tables that keep spokes apart, the hub's own attachment, and the share with other accounts. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Sharing } from '../shared/choices.ts'
import { PREFIX } from '../shared/naming.ts'
import { ATTACHMENTS, type GatewayTable, gatewayRoutes, toGateway } from '../shared/route-plan.ts'
import type { HubSettings } from '../shared/settings.ts'
import type { Network } from './network.ts'
import { type HubTags, named } from './tags.ts'

export interface TransitGatewayArgs {
  readonly settings: Pick<HubSettings, 'cidrBlock' | 'spokesCidrBlock' | 'sharing'>
  readonly network: Network
  readonly tags: HubTags
}

export class TransitGateway extends pulumi.ComponentResource {
  readonly transitGatewayId: pulumi.Output<string>
  readonly transitGatewayArn: pulumi.Output<string>
  /** The hub's attachment is associated with this table, and spokes propagate into it. */
  readonly hubRouteTableId: pulumi.Output<string>
  /** The spokes' attachments are associated with this table. */
  readonly spokesRouteTableId: pulumi.Output<string>
  readonly resourceShareArn: pulumi.Output<string>

  constructor(name: string, args: TransitGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:TransitGateway', name, {}, opts)
    const child = { parent: this }
    const gateway = transitGateway(name, args, child)
    const tables = {
      hub: routeTable(name, 'hub', gateway, args, child),
      spokes: routeTable(name, 'spokes', gateway, args, child),
    }
    for (const { table, destination, blackhole } of gatewayRoutes(args.settings.spokesCidrBlock)) {
      new aws.ec2transitgateway.Route(
        `${name}-${table}-blackhole`,
        { transitGatewayRouteTableId: tables[table].id, destinationCidrBlock: destination, blackhole },
        child,
      )
    }
    attachHub(name, gateway, tables, args, child)
    this.transitGatewayId = gateway.id
    this.transitGatewayArn = gateway.arn
    this.hubRouteTableId = tables.hub.id
    this.spokesRouteTableId = tables.spokes.id
    this.resourceShareArn = share(name, gateway, args, child)
    this.registerOutputs({ transitGatewayId: this.transitGatewayId })
  }
}

type Options = pulumi.CustomResourceOptions

/** If the defaults stayed on, all attachments would be in one table, in which spokes reach each other. */
function transitGateway(
  name: string,
  { tags }: TransitGatewayArgs,
  opts: Options,
): aws.ec2transitgateway.TransitGateway {
  return new aws.ec2transitgateway.TransitGateway(
    name,
    {
      description: 'Joins the hub and the tenants; tenants do not reach each other',
      defaultRouteTableAssociation: 'disable',
      defaultRouteTablePropagation: 'disable',
      autoAcceptSharedAttachments: 'disable',
      // Host names are resolved in the hub, by the endpoint's public name, and no security group refers to another account's.
      dnsSupport: 'disable',
      securityGroupReferencingSupport: 'disable',
      vpnEcmpSupport: 'disable',
      tags: named(tags, 'transit-gateway'),
    },
    opts,
  )
}

function routeTable(
  name: string,
  table: GatewayTable,
  gateway: aws.ec2transitgateway.TransitGateway,
  { tags }: TransitGatewayArgs,
  opts: Options,
): aws.ec2transitgateway.RouteTable {
  return new aws.ec2transitgateway.RouteTable(
    `${name}-${table}`,
    { transitGatewayId: gateway.id, tags: { ...named(tags, table), Name: `${PREFIX}-${table}` } },
    opts,
  )
}

function attachHub(
  name: string,
  gateway: aws.ec2transitgateway.TransitGateway,
  tables: Readonly<Record<GatewayTable, aws.ec2transitgateway.RouteTable>>,
  { network, settings, tags }: TransitGatewayArgs,
  opts: Options,
): void {
  const attachment = new aws.ec2transitgateway.VpcAttachment(
    `${name}-hub`,
    {
      transitGatewayId: gateway.id,
      vpcId: network.vpcId,
      subnetIds: network.transitGatewaySubnetIds,
      // Both are declared, because otherwise AWS's answer and the provider's default would differ for ever.
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
      tags: named(tags, 'attachment'),
    },
    // A VPC has one attachment per gateway.
    { ...opts, deleteBeforeReplace: true },
  )
  new aws.ec2transitgateway.RouteTableAssociation(
    `${name}-hub`,
    {
      transitGatewayAttachmentId: attachment.id,
      transitGatewayRouteTableId: tables[ATTACHMENTS.hub.associatedWith].id,
    },
    // AWS refuses a second association while there is a first one.
    { ...opts, deleteBeforeReplace: true },
  )
  new aws.ec2transitgateway.RouteTablePropagation(
    `${name}-hub`,
    {
      transitGatewayAttachmentId: attachment.id,
      transitGatewayRouteTableId: tables[ATTACHMENTS.hub.propagatesInto].id,
    },
    opts,
  )
  for (const [index, routeTableId] of network.privateRouteTableIds.entries()) {
    new aws.ec2.Route(
      `${name}-spokes-${index}`,
      { routeTableId, destinationCidrBlock: toGateway('hub', settings), transitGatewayId: gateway.id },
      // A VPC cannot have a route to the gateway before it is attached.
      { ...opts, dependsOn: [attachment] },
    )
  }
}

/** If single accounts are listed, each spoke adds its own account to the share. */
function share(
  name: string,
  gateway: aws.ec2transitgateway.TransitGateway,
  { settings, tags }: TransitGatewayArgs,
  opts: Options,
): pulumi.Output<string> {
  const { sharing } = settings
  const resourceShare = new aws.ram.ResourceShare(
    name,
    { name: `${PREFIX}-transit-gateway`, allowExternalPrincipals: allowsExternal(sharing), tags },
    opts,
  )
  const association = new aws.ram.ResourceAssociation(
    name,
    { resourceShareArn: resourceShare.arn, resourceArn: gateway.arn },
    opts,
  )
  if (sharing.kind === 'organisation') {
    new aws.ram.PrincipalAssociation(name, { resourceShareArn: resourceShare.arn, principal: sharing.arn }, opts)
  }
  // A spoke that reads the share must find the gateway in it.
  return association.resourceShareArn
}

const allowsExternal = (sharing: Sharing): boolean => sharing.kind === 'accounts'
