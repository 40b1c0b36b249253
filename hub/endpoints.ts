/** The hub's VPC endpoints: everything that a tenant's gateway reaches without leaving the VPC, besides its own spoke. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { repositoryArn } from '../shared/naming.ts'
import { type PolicyDocument, policyText } from '../shared/policies/document.ts'
import {
  cognitoEndpointPolicy,
  dynamodbEndpointPolicy,
  layersEndpointPolicy,
  logsEndpointPolicy,
  registryEndpointPolicy,
  stsEndpointPolicy,
} from '../shared/policies/hub-endpoints.ts'
import type { HubSettings } from '../shared/settings.ts'
import type { Network } from './network.ts'
import { type HubTags, named } from './tags.ts'

export interface EndpointsArgs {
  readonly settings: Pick<HubSettings, 'account' | 'region' | 'sharing' | 'keySetVia' | 'fargate'>
  readonly network: Network
  /** For each interface endpoint the indexes of the network's zones that have the service. */
  readonly zonesOfService: Readonly<Record<string, readonly number[]>>
  /** The blocks of the functions' subnets. */
  readonly privateCidrBlocks: readonly string[]
  readonly tableArn: pulumi.Input<string>
  /** Set with `keySetVia: table`. */
  readonly keySetsTableArn: pulumi.Input<string | undefined>
  readonly usageTableArn: pulumi.Input<string>
  readonly tags: HubTags
}

export class Endpoints extends pulumi.ComponentResource {
  /** The security group of the interface endpoints. */
  readonly securityGroupId: pulumi.Output<string>
  readonly dynamodbPrefixListId: pulumi.Output<string>
  /** S3's prefix list, if tenants may run on Fargate. */
  readonly s3PrefixListId: pulumi.Output<string> | undefined

  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Endpoints', name, {}, opts)
    const { settings } = args
    const child = { parent: this }
    const group = securityGroup(name, args, child)
    this.securityGroupId = group.id
    const reads = pulumi
      .all([args.tableArn, args.keySetsTableArn, args.usageTableArn])
      .apply(([tableArn, keySetsTableArn, usageTableArn]) =>
        dynamodbEndpointPolicy({ ...settings, tableArn, keySetsTableArn, usageTableArn }),
      )
    this.dynamodbPrefixListId = gatewayEndpoint(name, 'dynamodb', args, reads, child).prefixListId
    interfaceEndpoint(name, 'sts', { ...args, group, policy: stsEndpointPolicy(settings) }, child)
    // Not with a NAT gateway: the endpoint's private DNS name would be used in its place.
    if (settings.keySetVia === 'endpoint') {
      interfaceEndpoint(name, 'cognito-idp', { ...args, group, policy: cognitoEndpointPolicy() }, child)
    }
    if (settings.fargate) {
      const { account, region } = settings
      const pulls = registryEndpointPolicy({ account, repositoryArn: repositoryArn(account, region) })
      for (const service of ['ecr.api', 'ecr.dkr'])
        interfaceEndpoint(name, service, { ...args, group, policy: pulls }, child)
      interfaceEndpoint(name, 'logs', { ...args, group, policy: logsEndpointPolicy(settings) }, child)
      this.s3PrefixListId = gatewayEndpoint(name, 's3', args, layersEndpointPolicy(region), child).prefixListId
    }
    this.registerOutputs({ securityGroupId: this.securityGroupId, dynamodbPrefixListId: this.dynamodbPrefixListId })
  }
}

/** Admits the functions' subnets, because a tenant's own security group is made later, by the tenant's stack. */
function securityGroup(name: string, args: EndpointsArgs, opts: pulumi.CustomResourceOptions): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    name,
    {
      name: 'genai-hub-endpoints',
      description: 'Interface endpoints: HTTPS from the private subnets',
      vpcId: args.network.vpcId,
      tags: named(args.tags, 'endpoints'),
    },
    opts,
  )
  for (const [index, cidrIpv4] of args.privateCidrBlocks.entries()) {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${index}`,
      {
        securityGroupId: group.id,
        description: 'Functions',
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        cidrIpv4,
        tags: named(args.tags, 'endpoints'),
      },
      opts,
    )
  }
  return group
}

function gatewayEndpoint(
  name: string,
  service: string,
  args: EndpointsArgs,
  policy: pulumi.Input<PolicyDocument>,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.VpcEndpoint {
  return new aws.ec2.VpcEndpoint(
    `${name}-${service}`,
    {
      vpcId: args.network.vpcId,
      vpcEndpointType: 'Gateway',
      serviceName: serviceName(args.settings.region, service),
      routeTableIds: args.network.privateRouteTableIds,
      policy: pulumi.output(policy).apply((document) => endpointPolicy(service, document)),
      tags: named(args.tags, service),
    },
    opts,
  )
}

function interfaceEndpoint(
  name: string,
  service: string,
  args: EndpointsArgs & { readonly group: aws.ec2.SecurityGroup; readonly policy: PolicyDocument },
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.ec2.VpcEndpoint(
    `${name}-${service}`,
    {
      vpcId: args.network.vpcId,
      vpcEndpointType: 'Interface',
      serviceName: serviceName(args.settings.region, service),
      // Functions in other zones reach it there.
      subnetIds: args.network.privateSubnetIds.filter((_, zone) => args.zonesOfService[service]?.includes(zone)),
      securityGroupIds: [args.group.id],
      // Functions call the service by its usual name.
      privateDnsEnabled: true,
      policy: endpointPolicy(service, args.policy),
      tags: named(args.tags, service),
    },
    opts,
  )
}

/** The services of the interface endpoints that the settings need. */
export const interfaceServices = ({
  keySetVia,
  fargate,
  centralModels,
}: Pick<HubSettings, 'keySetVia' | 'fargate' | 'centralModels'>) => [
  'sts',
  ...(keySetVia === 'endpoint' ? ['cognito-idp'] : []),
  ...(fargate ? ['ecr.api', 'ecr.dkr', 'logs'] : []),
  ...(centralModels ? [MODEL_SERVICE] : []),
]

/** The service of the endpoint that tenants may share: hub/central-models.ts. */
export const MODEL_SERVICE = 'bedrock-runtime'

export const serviceName = (region: string, service: string) => `com.amazonaws.${region}.${service}`

function endpointPolicy(service: string, document: PolicyDocument): string {
  const remedy = 'Share with an organisation instead of a list of accounts: shareWithOrganisation.'
  return policyText('endpoint', `the policy of the hub's ${service} endpoint`, document, remedy)
}
