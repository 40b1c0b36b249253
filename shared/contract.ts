/**
 * The hub's outputs. They are flat, so that `pulumi stack output` shows them well. The hub's program returns exactly this type. A spoke reads it
 * through `StackReference` and validates it: read-contract.ts.
 */

import type { KeySetVia } from './choices.ts'
import type { IdentitySettings } from './identity-provider.ts'

/** Increased when a required field is added, or a field is removed or changes its meaning: a spoke refuses a hub of another version. */
export const CONTRACT_VERSION = 2

/** Whether a later version of this project wrote the outputs. An older version must not deploy over them. */
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
  /** The supernet that contains every spoke's block. It overlaps no address of the hub. */
  readonly spokesCidrBlock: string
  /** The functions' subnets. */
  readonly privateSubnets: readonly HubSubnet[]
  /**
   * The functions' subnet in the zone that is about to be removed: functions leave it with their tenant's next `up`. Absent if there is none.
   */
  readonly leavingSubnet?: HubSubnet
  /** The zones in which the hub has a Transit Gateway subnet. A spoke must choose its zones among these. */
  readonly zoneIds: readonly string[]

  readonly transitGatewayId: string
  readonly transitGatewayArn: string
  /** The route table with which the hub's attachment is associated, and into which spokes propagate. */
  readonly hubRouteTableId: string
  /** The route table with which the spokes' attachments are associated. */
  readonly spokesRouteTableId: string
  readonly resourceShareArn: string
  readonly sharing: { readonly kind: 'organisation'; readonly arn: string } | { readonly kind: 'accounts' }

  /** `https://DOMAIN` or, for the demo listener, `http://LOAD_BALANCER_DNS_NAME`. */
  readonly gatewayUrl: string
  readonly loadBalancerArn: string
  readonly loadBalancerDnsName: string
  /** The one origin whose pages may call the gateway, `https://HOST`; absent if pages of every origin may. */
  readonly browserOrigin?: string
  /** The listener to which tenants' rules are added. */
  readonly listenerArn: string
  readonly listenerProtocol: 'HTTPS' | 'HTTP'

  readonly userPoolId: string
  readonly userPoolArn: string
  readonly userPoolClientId: string
  readonly issuer: string
  /** The host of the user pool's token endpoint; absent for a pool without a domain. */
  readonly userPoolDomain?: string
  /** The providers to which the user pool federates, each with the tenant of its people; absent on a hub without any. */
  readonly federatedProviders?: Readonly<Record<string, string>>
  /** The external provider at which people sign in; absent if they sign in at the user pool, which exists in any case. */
  readonly identity?: HubIdentity
  /** How gateways get the key set. `keySet` is the JSON for `inline`, otherwise absent; the next three are set for `table` only. */
  readonly keySetVia: KeySetVia
  readonly keySet?: string
  /** The table of key sets, which the gateways read. */
  readonly keySetsTableName?: string
  readonly keySetsTableArn?: string
  /** The function that fills the table of key sets. */
  readonly keySetsFunctionArn?: string

  readonly tableName: string
  readonly tableArn: string
  /** The table of counters for limits; absent on a hub that an older version has deployed. */
  readonly usageTableName?: string
  readonly usageTableArn?: string

  /** The security group of the hub's interface endpoints (STS, and Cognito if it is used). */
  readonly endpointSecurityGroupId: string
  /** The prefix list of the DynamoDB gateway endpoint. */
  readonly dynamodbPrefixListId: string
  /** A security group without rules, to which the network interfaces of destroyed functions are moved. */
  readonly parkingSecurityGroupId: string

  readonly onboardingRoleArn: string
  readonly permissionsBoundaryArn: string
  /** How many concurrent executions of Lambda the hub's account has. The tenants' reservations are added up and compared with it. */
  readonly concurrencyLimit: number
  /** How many rules the load balancer may have; absent on a hub of an earlier version. */
  readonly listenerRules?: number

  /** The function to which a tenant's audit lines are sent. CloudWatch Logs may invoke it for every tenant's log group. */
  readonly auditFunctionArn: string
  /** The SNS topic that alarms notify; absent if there is none. */
  readonly alarmTopicArn?: string
  /** Set if the hub has a dashboard: tenants then make the metrics that it shows. */
  readonly dashboard?: true

  /** The sink with which tenants' accounts share Bedrock's metrics; absent if there is none. */
  readonly metricsSinkArn?: string

  /** What tenants on Fargate need; absent on a hub without Fargate. */
  readonly fargate?: HubFargate

  /** The model endpoint that tenants with `modelEndpoint: hub` share; absent on a hub without one. */
  readonly centralModels?: HubCentralModels

  /** The gateway as an endpoint service; absent if the hub does not offer one. */
  readonly endpointService?: HubEndpointService
  /** Set if the load balancer has private addresses only. */
  readonly loadBalancer?: 'internal'

  /** Whether resources with data are protected from deletion. A spoke does the same as the hub. */
  readonly deletionProtection: boolean
}

/** The setting, with the address of the provider's keys, whether it was set or found by discovery. */
export type HubIdentity = IdentitySettings & { readonly jwksUri: string }

export interface HubFargate {
  readonly clusterArn: string
  readonly clusterName: string
  /** The repository of the gateway's images, in the hub's account. */
  readonly repositoryName: string
  readonly repositoryArn: string
  /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME` */
  readonly repositoryUrl: string
  /** Admits the load balancer to the tasks, and lets the tasks out to the layers of images. */
  readonly taskSecurityGroupId: string
  /** The permissions boundary of tasks' roles. */
  readonly taskBoundaryArn: string
  /** The image on which the gateway's is built, `REPOSITORY@sha256:DIGEST`; absent before it was looked up. */
  readonly baseImage?: string
  /** How many vCPUs the hub's account may run on Fargate. */
  readonly vcpuLimit: number
  /** How many rules the load balancer may have. */
  readonly listenerRules: number
}

export interface HubCentralModels {
  readonly endpointId: string
  /** Regional host name of the endpoint. */
  readonly endpointHost: string
  /** The endpoint's security group. A tenant's ingress adds a rule for its own gateway. */
  readonly securityGroupId: string
  /** The models or inference profiles that may be called through it, by id. */
  readonly modelIds: readonly string[]
  /** The regions to which requests to profiles may go, by geography; for other geographies those in the project's list. */
  readonly modelRegions: Readonly<Record<string, readonly string[]>>
  /** How many inbound rules the group may have. Each tenant needs one. */
  readonly groupRules: number
}

export interface HubEndpointService {
  /** `vpce-svc-…` */
  readonly serviceId: string
  /** `com.amazonaws.vpce.REGION.vpce-svc-…` */
  readonly serviceName: string
  /** The gateway's own host name, which consumers call. */
  readonly privateDnsName: string
  /** The accounts of partners, which the hub's stack allows. No tenant's stack may add or remove one of them. */
  readonly accounts: readonly string[]
}
