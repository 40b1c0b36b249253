/**
 * The model endpoint that tenants with `modelEndpoint: hub` share: their gateways call Bedrock through it as the tenants' roles, so
 * that quota, bill and permissions stay those of the tenants' accounts. Made with `centralModels`.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { CentralModelsSettings } from '../shared/choices.ts'
import { regionalHost } from '../shared/endpoint-host.ts'
import { centralEndpointPolicyText } from '../shared/policies/central-endpoint.ts'
import type { HubSettings } from '../shared/settings.ts'
import { MODEL_SERVICE, serviceName } from './endpoints.ts'
import type { Network } from './network.ts'
import { type HubTags, named } from './tags.ts'

export interface CentralModelsArgs {
  readonly settings: Pick<HubSettings, 'region' | 'sharing'>
  readonly central: CentralModelsSettings
  readonly network: Network
  /** The indexes of the network's zones that have the service. */
  readonly zones: readonly number[]
  readonly tags: HubTags
}

export class CentralModels extends pulumi.ComponentResource {
  readonly endpointId: pulumi.Output<string>
  /** The regional host name of the endpoint. */
  readonly endpointHost: pulumi.Output<string>
  /** The security group without rules: each tenant's ingress adds the rule that admits its own gateway. */
  readonly securityGroupId: pulumi.Output<string>

  constructor(name: string, args: CentralModelsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:CentralModels', name, {}, opts)
    const child = { parent: this }
    const { settings, network } = args
    const tags = named(args.tags, 'models')
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        name: 'genai-hub-models',
        description: 'Shared model endpoint: gateways of the tenants that have none of their own',
        vpcId: network.vpcId,
        tags,
      },
      child,
    )
    const endpoint = new aws.ec2.VpcEndpoint(
      name,
      {
        vpcId: network.vpcId,
        vpcEndpointType: 'Interface',
        serviceName: serviceName(settings.region, MODEL_SERVICE),
        subnetIds: network.privateSubnetIds.filter((_, zone) => args.zones.includes(zone)),
        securityGroupIds: [group.id],
        // Gateways call the endpoint by its own name. A private DNS name would change what Bedrock's public name means in the whole VPC.
        privateDnsEnabled: false,
        policy: centralEndpointPolicyText({ ...settings, ...args.central }),
        tags,
      },
      child,
    )
    this.endpointId = endpoint.id
    this.securityGroupId = group.id
    this.endpointHost = endpoint.dnsEntries.apply((entries) =>
      regionalHost(
        (entries ?? []).map(({ dnsName }) => dnsName),
        settings.region,
      ),
    )
    this.registerOutputs({
      endpointId: this.endpointId,
      endpointHost: this.endpointHost,
      securityGroupId: this.securityGroupId,
    })
  }
}
