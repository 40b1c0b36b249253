/**
 * The hub's outputs, flat so that `pulumi stack output` reads well. The hub's program returns exactly this type, and a
 * spoke reads it back through `StackReference`, validated: read-contract.ts.
 */

import type { KeySetVia } from './choices.ts'
import type { IdentitySettings } from './identity-provider.ts'

/** Raised when a field is added, removed or changes meaning: a spoke refuses a hub of another version. */
export const CONTRACT_VERSION = 2

/** Whether a later version of this project wrote it: nothing older may deploy over that. */
export const isNewer = (version: unknown): version is number =>
  typeof version === 'number' && version > CONTRACT_VERSION

export const NEWER_REMEDY =
  'Bring this checkout up to date (git pull, npm ci), and deploy the hub with it by no older one.'

export interface HubSubnet {
  readonly id: string
  readonly cidrBlock: string
  /** Zone id such as `use1-az1`, the same in every account. */
  readonly zoneId: string
}

export interface HubOutputs {
  readonly contractVersion: typeof CONTRACT_VERSION
  /** The hub's account, 12 digits. */
  readonly account: string
  readonly region: string

  readonly vpcId: string
  readonly cidrBlock: string
  /** Supernet that every spoke's CIDR lies in; overlaps no hub address. */
  readonly spokesCidrBlock: string
  /** The functions' subnets. */
  readonly privateSubnets: readonly HubSubnet[]
  /** The functions' subnet that they leave with their next `up`; absent when none is left. */
  readonly leavingSubnet?: HubSubnet
  /** Zones in which the hub has a Transit Gateway subnet: a spoke must choose its zones among these. */
  readonly zoneIds: readonly string[]

  readonly transitGatewayId: string
  readonly transitGatewayArn: string
  /** Route table that the hub's attachment is associated with; spokes propagate into it. */
  readonly hubRouteTableId: string
  /** Route table that spokes' attachments are associated with. */
  readonly spokesRouteTableId: string
  readonly resourceShareArn: string
  readonly sharing: { readonly kind: 'organisation'; readonly arn: string } | { readonly kind: 'accounts' }

  /** `https://DOMAIN` or, for the demo listener, `http://LOAD_BALANCER_DNS_NAME`. */
  readonly gatewayUrl: string
  readonly loadBalancerArn: string
  readonly loadBalancerDnsName: string
  /** The one origin whose pages may call the gateway, `https://HOST`; absent where pages of every origin may. */
  readonly browserOrigin?: string
  /** The listener that tenants' rules are added to. */
  readonly listenerArn: string
  readonly listenerProtocol: 'HTTPS' | 'HTTP'

  readonly userPoolId: string
  readonly userPoolArn: string
  readonly userPoolClientId: string
  readonly issuer: string
  /** Host of the user pool's token endpoint; absent for a pool without a domain. */
  readonly userPoolDomain?: string
  /** Providers that the user pool federates to: name → the tenant whose people they are; absent on a hub without any. */
  readonly federatedProviders?: Readonly<Record<string, string>>
  /** The external provider that people sign in with; absent where that is the user pool, which is there anyway. */
  readonly identity?: HubIdentity
  /**
   * How the functions get the key set; `keySet` is the JSON for `inline` and absent otherwise, and so are the three for `table`.
   */
  readonly keySetVia: KeySetVia
  readonly keySet?: string
  /** The table of key sets, which the functions read. */
  readonly keySetsTableName?: string
  readonly keySetsTableArn?: string
  /** The function that fills it. */
  readonly keySetsFunctionArn?: string

  readonly tableName: string
  readonly tableArn: string
  /** The table that limits are counted in; absent in a hub that an older version deployed. */
  readonly usageTableName?: string
  readonly usageTableArn?: string

  /** Security group of the hub's interface endpoints (STS, and Cognito where used). */
  readonly endpointSecurityGroupId: string
  /** Prefix list of the DynamoDB gateway endpoint. */
  readonly dynamodbPrefixListId: string
  /** Security group without rules that a destroyed function's network interfaces are moved to. */
  readonly parkingSecurityGroupId: string

  readonly onboardingRoleArn: string
  readonly permissionsBoundaryArn: string
  /** Lambda's concurrent executions that the hub's account has: what the tenants' reservations are added up against. */
  readonly concurrencyLimit: number
  /** Rules that the load balancer may have; absent on a hub of an earlier version. */
  readonly listenerRules?: number

  /** Function that a tenant's audit lines are sent to; CloudWatch Logs may invoke it for every tenant's log group. */
  readonly auditFunctionArn: string
  /** SNS topic that alarms notify; absent where nobody is notified. */
  readonly alarmTopicArn?: string
  /** Tenants take the figures that the hub's dashboard shows; absent on a hub without one. */
  readonly dashboard?: true

  /** The sink that tenants' accounts share Bedrock's metrics with; absent on a hub that shows none. */
  readonly metricsSinkArn?: string

  /** What a tenant needs to run on Fargate; absent on a hub without it. */
  readonly fargate?: HubFargate

  /** The model endpoint that tenants with `modelEndpoint: hub` share; absent on a hub without one. */
  readonly centralModels?: HubCentralModels

  /** The gateway as an endpoint service; absent on a hub that is not offered by PrivateLink. */
  readonly endpointService?: HubEndpointService
  /** The load balancer has private addresses only; absent where it is public. */
  readonly loadBalancer?: 'internal'

  /** Resources that lose data are protected; a spoke follows the hub. */
  readonly deletionProtection: boolean
}

/** With the address of its keys, whoever said it. */
export type HubIdentity = IdentitySettings & { readonly jwksUri: string }

export interface HubFargate {
  readonly clusterArn: string
  readonly clusterName: string
  /** Of the gateway's images, in the hub's account. */
  readonly repositoryName: string
  readonly repositoryArn: string
  /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME` */
  readonly repositoryUrl: string
  /** Admits the load balancer to the tasks, and lets them out to the images' layers. */
  readonly taskSecurityGroupId: string
  /** Bounds the roles of tasks. */
  readonly taskBoundaryArn: string
  /** Image that the gateway's is built on, `REPOSITORY@sha256:DIGEST`; absent before it was looked up. */
  readonly baseImage?: string
  /** vCPUs that the hub's account may run on Fargate. */
  readonly vcpuLimit: number
  /** Rules that the load balancer may have. */
  readonly listenerRules: number
}

export interface HubCentralModels {
  readonly endpointId: string
  /** Regional host name of the endpoint. */
  readonly endpointHost: string
  /** The endpoint's group, which a tenant's ingress admits its own gateway to. */
  readonly securityGroupId: string
  /** Model or inference profile ids that may be called through it. */
  readonly modelIds: readonly string[]
  /** Where requests to profiles go, by geography; the list's regions for those that are not in it. */
  readonly modelRegions: Readonly<Record<string, readonly string[]>>
  /** Inbound rules that the group may have: one for each tenant. */
  readonly groupRules: number
}

export interface HubEndpointService {
  /** `vpce-svc-…` */
  readonly serviceId: string
  /** `com.amazonaws.vpce.REGION.vpce-svc-…` */
  readonly serviceName: string
  /** The gateway's own host name, which consumers call. */
  readonly privateDnsName: string
  /** Of partners, whom the hub's stack allows: no tenant's stack may add and take away one of them. */
  readonly accounts: readonly string[]
}
