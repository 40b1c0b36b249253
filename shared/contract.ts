/**
 * The hub's outputs, flat so that `pulumi stack output` reads well. The hub's program returns exactly this type, and a
 * spoke reads it back through `StackReference`, in one place, validated.
 */

/** Raised when a field is added, removed or changes meaning: a spoke refuses a hub of another version. */
export const CONTRACT_VERSION = 1

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
  /** The listener that tenants' rules are added to. */
  readonly listenerArn: string
  readonly listenerProtocol: 'HTTPS' | 'HTTP'

  readonly userPoolId: string
  readonly userPoolArn: string
  readonly userPoolClientId: string
  readonly issuer: string
  /** How the functions get the key set; `keySet` is the JSON for `inline` and absent otherwise. */
  readonly keySetVia: 'endpoint' | 'nat' | 'inline'
  readonly keySet?: string

  readonly tableName: string
  readonly tableArn: string

  /** Security group of the hub's interface endpoints (STS, and Cognito where used). */
  readonly endpointSecurityGroupId: string
  /** Prefix list of the DynamoDB gateway endpoint. */
  readonly dynamodbPrefixListId: string
  /** Security group without rules that a destroyed function's network interfaces are moved to. */
  readonly parkingSecurityGroupId: string

  readonly onboardingRoleArn: string
  readonly permissionsBoundaryArn: string
  /** Resources that lose data are protected; a spoke follows the hub. */
  readonly deletionProtection: boolean
}
