/** The ingress's network in the hub's account: the accepted attachment, and the addresses to which the tenant's gateway may connect. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { everythingBut } from '../../shared/cidr-without.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { CONNECTED_TAG } from '../../shared/naming.ts'
import type { AttachmentDeletion } from '../../shared/settings/of-spoke/unproven.ts'
import type { TagMap } from '../tags.ts'

export interface AcceptedAttachment {
  readonly id: pulumi.Output<string>
  /** The Transit Gateway's id, known after the attachment was accepted, associated and propagated. */
  readonly transitGatewayId: pulumi.Output<string>
}

/**
 * Accepts the tenant's attachment, associates it with the table `spokes` (which has a route to the hub only), and propagates its addresses into
 * the table `hub`. AWS refuses a second association of an attachment. A tenant that moves has a new attachment, and keeps the old one until the
 * new one carries traffic.
 *
 * The provider deletes an accepter by deleting the attachment, which its owner then deletes again. With `attachmentDeletion: owner` the accepter
 * is only removed from the state. Association and propagation are deleted first in both cases, so no route leads to the attachment any more.
 */
export function acceptAttachment(
  name: string,
  args: {
    readonly hub: HubOutputs
    readonly attachmentId: pulumi.Input<string>
    readonly attachmentDeletion: AttachmentDeletion
    readonly tags: TagMap
  },
  opts: pulumi.CustomResourceOptions,
): AcceptedAttachment {
  const moving = { ...opts, deleteBeforeReplace: false }
  const accepter = new aws.ec2transitgateway.VpcAttachmentAccepter(
    name,
    {
      transitGatewayAttachmentId: args.attachmentId,
      // Set here and not on the attachment, because the owner of a shared gateway decides. If they were on, tenants could reach each other.
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
      tags: args.tags,
    },
    args.attachmentDeletion === 'owner' ? { ...moving, retainOnDelete: true } : moving,
  )
  const association = new aws.ec2transitgateway.RouteTableAssociation(
    name,
    { transitGatewayAttachmentId: accepter.id, transitGatewayRouteTableId: args.hub.spokesRouteTableId },
    moving,
  )
  const propagation = new aws.ec2transitgateway.RouteTablePropagation(
    name,
    { transitGatewayAttachmentId: accepter.id, transitGatewayRouteTableId: args.hub.hubRouteTableId },
    moving,
  )
  return {
    id: accepter.id,
    transitGatewayId: pulumi
      .all([accepter.transitGatewayId, association.id, propagation.id])
      .apply(([transitGatewayId]) => transitGatewayId),
  }
}

/** The endpoint at which the tenant's models are called: the gateway may connect to it. */
export type WayToModels =
  /** The blocks of the subnets of the tenant's own model endpoint. */
  | { readonly kind: 'own'; readonly endpointCidrBlocks: readonly string[] }
  /** The security group of the shared endpoint. Each tenant's ingress adds a rule that admits its own gateway. */
  | { readonly kind: 'hub'; readonly securityGroupId: string }

export interface FunctionSecurityGroupArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly way: WayToModels
  /** Whether the tenant's VPC is connected by PrivateLink. The hub finds such tenants by the group's tag. */
  readonly gatewayEndpoint: boolean
  readonly tags: TagMap
}

/**
 * The tenant's own security group. It stops the tenant's gateway on the way to another tenant's endpoint, before role, trust policy and endpoint
 * policy do. It lets out on 443 only, and nothing in.
 */
export function functionSecurityGroup(
  name: string,
  args: FunctionSecurityGroupArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly group: aws.ec2.SecurityGroup; readonly rules: readonly pulumi.CustomResource[] } {
  const { hub, tags, way } = args
  const group = new aws.ec2.SecurityGroup(
    name,
    {
      vpcId: hub.vpcId,
      description: `Gateway function of ${args.tenantId}`,
      tags: args.gatewayEndpoint ? { ...tags, [CONNECTED_TAG.key]: CONNECTED_TAG.value } : tags,
    },
    // Lambda deletes the interfaces of a deleted function later.
    { ...opts, customTimeouts: { delete: '45m' } },
  )
  const destinations: readonly (Destination & { readonly key: string; readonly replaceOnChanges?: string[] })[] = [
    {
      key: 'hub-endpoints',
      description: 'Interface endpoints of the hub',
      referencedSecurityGroupId: hub.endpointSecurityGroupId,
    },
    { key: 'dynamodb', description: 'DynamoDB', prefixListId: hub.dynamodbPrefixListId },
    ...(way.kind === 'hub'
      ? [
          {
            key: SHARED_ENDPOINT,
            description: 'Model endpoint that tenants share',
            referencedSecurityGroupId: way.securityGroupId,
          },
        ]
      : []),
    ...(way.kind === 'own' ? way.endpointCidrBlocks : []).map((cidrIpv4, index) => ({
      key: `model-endpoint-${index}`,
      description: 'Model endpoint of the tenant itself',
      cidrIpv4,
      // The old rule is not changed; a second one is added, because during a move the tenant's old endpoint is still called.
      replaceOnChanges: ['cidrIpv4'],
    })),
    ...(hub.keySetVia === 'nat' ? internet(hub) : []),
  ]
  const rules = destinations.map(
    ({ key, replaceOnChanges = [], ...destination }) =>
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-${key}`,
        { securityGroupId: group.id, ...destination, ipProtocol: 'tcp', fromPort: 443, toPort: 443, tags },
        { ...opts, replaceOnChanges },
      ),
  )
  return { group, rules: [...rules, ...(way.kind === 'hub' ? [admitted(name, args, way, group, opts)] : [])] }
}

const SHARED_ENDPOINT = 'shared-model-endpoint'

/** The shared endpoint's group admits nobody by itself. This rule admits the tenant's gateway, by the gateway's own group. */
const admitted = (
  name: string,
  { tenantId, tags }: FunctionSecurityGroupArgs,
  { securityGroupId }: Extract<WayToModels, { kind: 'hub' }>,
  group: aws.ec2.SecurityGroup,
  opts: pulumi.CustomResourceOptions,
) =>
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-${SHARED_ENDPOINT}`,
    {
      securityGroupId,
      description: `Gateway of ${tenantId}`,
      referencedSecurityGroupId: group.id,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      tags,
    },
    opts,
  )

type Destination = { readonly description: string } & (
  | { readonly referencedSecurityGroupId: string }
  | { readonly prefixListId: string }
  | { readonly cidrIpv4: string }
)

/**
 * The public address of the key set is not known beforehand. So the rules allow the internet, without the networks of other tenants and the rest
 * of the hub.
 */
function internet(hub: HubOutputs): readonly (Destination & { readonly key: string })[] {
  return everythingBut([hub.cidrBlock, hub.spokesCidrBlock]).map((cidrIpv4) => ({
    key: `internet-${cidrIpv4}`,
    description: 'Key set of the user pool, through the NAT gateway',
    cidrIpv4,
  }))
}
