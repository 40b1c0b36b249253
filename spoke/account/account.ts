/** The tenant's account: its network, the private endpoint for its models, and its logs. */
import * as pulumi from '@pulumi/pulumi'
import type { SpokeZonePlan } from '../../shared/addressing.ts'
import { policyArn, tenantBoundaryName } from '../../shared/naming.ts'
import type { ModelRegions } from '../../shared/policies/geographies.ts'
import type { ModelPerimeter } from '../../shared/policies/tenant-role.ts'
import type { GuardrailSettings } from '../../shared/settings/of-spoke/guardrail.ts'
import { heldOnce } from '../../shared/shared-account.ts'
import type { TagMap } from '../tags.ts'
import { type GuardrailThere, tenantGuardrail } from './guardrail.ts'
import { accountFlowLogs, invocationLogging } from './logging.ts'
import { metricsLink } from './metrics-link.ts'
import { modelAccess, type OwnEndpoint, type SharedEndpoint } from './models.ts'
import { type SpokeNetwork, spokeNetwork } from './network.ts'

/** Set if the model endpoint is in a network of the tenant's own. */
export interface OwnNetwork {
  readonly kind: 'own'
  readonly cidrBlock: string
  readonly zones: readonly SpokeZonePlan[]
  /** The hub's Transit Gateway. If the hub shares with single accounts, it is known after the share was accepted. */
  readonly transitGatewayId: pulumi.Input<string>
  /** The hub's private subnets, which may connect to the model endpoint. */
  readonly hubPrivateCidrBlocks: readonly string[]
}

export interface TenantAccountArgs {
  readonly tenantId: string
  readonly account: string
  readonly region: string
  readonly hubAccount: string
  readonly hubVpcId: string
  /** Whether the tenant's gateway may run on Fargate. */
  readonly hubHasFargate: boolean
  readonly endpoint: OwnNetwork | SharedEndpoint
  /** Bedrock model or inference profile ids. */
  readonly modelIds: readonly string[]
  readonly modelRegions: ModelRegions
  readonly modelPerimeter: ModelPerimeter
  readonly guardrail?: GuardrailSettings
  /** Whether prompts are recorded; see the setting. */
  readonly modelInvocationLogging: boolean
  readonly gatewayEndpoint: boolean
  readonly shareMetrics: boolean
  /** Whether other tenants are in the account. */
  readonly sharedAccount: boolean
  /** The hub's sink, if the account shares Bedrock's metrics with it. */
  readonly metricsSinkArn?: string
  readonly deletionProtection: boolean
  readonly tags: TagMap & { readonly Name: string }
}

export interface TenantNetwork {
  readonly vpcId: pulumi.Output<string>
  /** The subnets of endpoints, one in each zone. */
  readonly endpointSubnetIds: readonly pulumi.Output<string>[]
  /** The route table of the endpoint's subnets, which has no route out of the VPC yet. */
  readonly routeTableId: pulumi.Output<string>
  /** The attachment, which waits for the hub's acceptance. */
  readonly attachmentId: pulumi.Output<string>
}

export class TenantAccount extends pulumi.ComponentResource {
  /** Set if the tenant has a network of its own. */
  readonly network: TenantNetwork | undefined
  /** Regional host name of the model endpoint. */
  readonly endpointHost: pulumi.Output<string>
  readonly roleArn: pulumi.Output<string>
  /** The guardrail that every call carries, if the tenant has one. */
  readonly guardrail: GuardrailThere | undefined

  /** The provider in `opts`, which is for the tenant's account, makes every child. */
  constructor(
    name: string,
    args: TenantAccountArgs,
    opts: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super('genai:spoke:TenantAccount', name, {}, opts)
    const child = { parent: this, provider: opts.provider }
    const { guardrail: wanted, endpoint, ...others } = args
    const guardrail = wanted && tenantGuardrail(`${name}-guardrail`, { ...others, guardrail: wanted }, child)
    const { network, ...place } = placeOf(name, endpoint, args, child)
    const bounded = boundaryOf(args)
    const models = modelAccess(
      `${name}-models`,
      {
        ...others,
        ...bounded,
        ...(guardrail && { guardrail }),
        ...place,
        holds: heldOnce(args),
      },
      child,
    )
    if (network) accountFlowLogs(`${name}-flow-logs`, { ...args, ...bounded, vpcId: network.vpc.id }, child)
    if (args.modelInvocationLogging) invocationLogging(`${name}-invocations`, { ...args, ...bounded }, child)
    if (args.metricsSinkArn !== undefined)
      metricsLink(`${name}-metrics`, { sinkArn: args.metricsSinkArn, tags: args.tags }, child)

    this.network = network && {
      vpcId: network.vpc.id,
      endpointSubnetIds: network.endpointSubnets.map(({ id }) => id),
      routeTableId: network.routeTable.id,
      attachmentId: network.attachment.id,
    }
    this.endpointHost = models.endpointHost
    this.roleArn = models.role.arn
    this.guardrail = guardrail
    this.registerOutputs({
      ...this.network,
      endpointHost: this.endpointHost,
      roleArn: this.roleArn,
    })
  }
}

/** In an account of its own, the account is what bounds a tenant's roles. */
const boundaryOf = ({
  sharedAccount,
  account,
  tenantId,
}: Pick<TenantAccountArgs, 'sharedAccount' | 'account' | 'tenantId'>): { readonly permissionsBoundary?: string } =>
  sharedAccount ? { permissionsBoundary: policyArn(account, tenantBoundaryName(tenantId)) } : {}

function placeOf(
  name: string,
  endpoint: OwnNetwork | SharedEndpoint,
  { tags }: Pick<TenantAccountArgs, 'tags'>,
  opts: pulumi.CustomResourceOptions,
): { readonly network?: SpokeNetwork; readonly endpoint: OwnEndpoint | SharedEndpoint } {
  if (endpoint.kind === 'hub') return { endpoint }
  const network = spokeNetwork(name, { ...endpoint, tags }, opts)
  return {
    network,
    endpoint: {
      kind: 'own',
      clientCidrBlocks: endpoint.hubPrivateCidrBlocks,
      vpcId: network.vpc.id,
      subnetIds: network.endpointSubnets.map(({ id }) => id),
    },
  }
}
