/** What the parts of the onboarding policy share: the hub's resources, and the conditions that name the session's tenant. */

/** The hub's resources to which the permissions for an ingress are restricted. */
export interface OnboardingScope {
  readonly account: string
  readonly region: string
  readonly vpcId: string
  readonly privateSubnetIds: readonly string[]
  readonly transitGatewayArn: string
  readonly hubRouteTableId: string
  readonly spokesRouteTableId: string
  readonly listenerArn: string
  readonly tableArn: string
  readonly userPoolArn: string
  readonly permissionsBoundaryArn: string
  readonly resourceShareArn: string
  readonly sharing: 'organisation' | 'accounts'
  /** Set with `keySetVia: table`: the function that fetches key sets. */
  readonly keySetsFunctionArn?: string | undefined
  /** The security group of the shared model endpoint, if the hub has one. */
  readonly centralSecurityGroupId?: string | undefined
  /** The endpoint service, if the hub offers the gateway by PrivateLink. */
  readonly endpointServiceArn?: string | undefined
}

/** The session's tenant; IAM replaces this variable. */
export const TENANT = `\${aws:PrincipalTag/tenant_id}`

/** A new resource must have the tenant's tag… */
export const MADE_FOR_TENANT = { StringEquals: { 'aws:RequestTag/tenant': TENANT } } as const
/** …and only resources with this tag can be changed. */
export const OF_TENANT = { StringEquals: { 'aws:ResourceTag/tenant': TENANT } } as const

export const ec2Arn = (region: string, account: string, resource: string) =>
  `arn:aws:ec2:${region}:${account}:${resource}`
