/**
 * The gateway inside the tenant's own VPC: an endpoint for the hub's service. The hub allows the account and accepts the endpoint; only then can
 * the endpoint get the gateway's name. Calls through it need a token like all others.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { HubEndpointService } from '../../shared/contract.ts'
import type { SpokeProviders } from '../providers.ts'
import type { TagMap } from '../tags.ts'

export interface GatewayEndpointArgs {
  readonly tenantId: string
  /** The tenant's account. */
  readonly account: string
  readonly service: HubEndpointService
  readonly vpcId: pulumi.Input<string>
  readonly subnetIds: readonly pulumi.Input<string>[]
  /** The VPC's block: the addresses that may connect. */
  readonly cidrBlock: string
  readonly tags: TagMap & { readonly Name: string }
}

/** The hub's account allows and accepts; the tenant's account connects. */
export type GatewayEndpointOptions = pulumi.ComponentResourceOptions & SpokeProviders

export class GatewayEndpoint extends pulumi.ComponentResource {
  /** Known after the gateway answers through the endpoint, under its own name. */
  readonly endpointId: pulumi.Output<string>

  constructor(name: string, args: GatewayEndpointArgs, { hub, tenant, ...opts }: GatewayEndpointOptions) {
    super('genai:spoke:GatewayEndpoint', name, {}, opts)
    // If the tenant moves to another VPC, a new endpoint is made before the old one is deleted, like everything else of a tenant that moves.
    const child = { parent: this, deleteBeforeReplace: false }
    const inHub = { ...child, provider: hub }
    const inAccount = { ...child, provider: tenant }
    const { service, account, tags } = args
    const allowed = new aws.ec2.VpcEndpointServiceAllowedPrinciple(
      name,
      { vpcEndpointServiceId: service.serviceId, principalArn: `arn:aws:iam::${account}:root` },
      inHub,
    )
    const { group, rule } = securityGroup(name, args, inAccount)
    const endpoint = new aws.ec2.VpcEndpoint(
      name,
      {
        vpcId: args.vpcId,
        vpcEndpointType: 'Interface',
        serviceName: service.serviceName,
        subnetIds: [...args.subnetIds],
        securityGroupIds: [group.id],
        // No policy: AWS supports none for a service that is not its own. No private DNS yet: the endpoint must be accepted first.
        tags: { ...tags, Name: `${tags.Name}-gateway` },
      },
      // For an account that is not allowed, the service does not exist.
      { ...inAccount, dependsOn: [allowed] },
    )
    const accepter = new aws.ec2.VpcEndpointConnectionAccepter(
      name,
      { vpcEndpointServiceId: service.serviceId, vpcEndpointId: endpoint.id },
      inHub,
    )
    const privateDns = new aws.vpc.EndpointPrivateDns(
      name,
      { vpcEndpointId: endpoint.id, privateDnsEnabled: true },
      { ...inAccount, dependsOn: [accepter, rule] },
    )
    this.endpointId = pulumi.all([endpoint.id, privateDns.vpcEndpointId]).apply(([id]) => id)
    this.registerOutputs({ endpointId: this.endpointId })
  }
}

/** Admits the VPC's own addresses on 443, and lets nothing out. */
function securityGroup(
  name: string,
  { tenantId, vpcId, cidrBlock, tags }: GatewayEndpointArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly group: aws.ec2.SecurityGroup; readonly rule: aws.vpc.SecurityGroupIngressRule } {
  const group = new aws.ec2.SecurityGroup(
    name,
    { vpcId, description: `Gateway endpoint of ${tenantId}: HTTPS from its own VPC`, tags },
    opts,
  )
  const rule = new aws.vpc.SecurityGroupIngressRule(
    name,
    {
      securityGroupId: group.id,
      description: 'Clients in the VPC',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: cidrBlock,
      tags,
    },
    opts,
  )
  return { group, rule }
}
