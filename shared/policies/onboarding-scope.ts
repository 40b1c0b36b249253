/** What the parts of the onboarding policy share: the hub's resources, and the conditions that name the session's tenant. */

/** The hub's resources that an ingress is tied to. */
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
  /** With `keySetVia: table`: the function that fetches key sets. */
  readonly keySetsFunctionArn?: string | undefined
  /** Where the hub has a model endpoint that tenants share: its security group. */
  readonly centralSecurityGroupId?: string | undefined
  /** Where the gateway is offered by PrivateLink: the service. */
  readonly endpointServiceArn?: string | undefined
}

/** The session's tenant, filled in by IAM. */
export const TENANT = `\${aws:PrincipalTag/tenant_id}`

/** What is made carries the tenant's tag… */
export const MADE_FOR_TENANT = { StringEquals: { 'aws:RequestTag/tenant': TENANT } } as const
/** …and only what carries it can be changed. */
export const OF_TENANT = { StringEquals: { 'aws:ResourceTag/tenant': TENANT } } as const

export const ec2Arn = (region: string, account: string, resource: string) =>
  `arn:aws:ec2:${region}:${account}:${resource}`
