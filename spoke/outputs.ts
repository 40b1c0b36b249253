/** A tenant's stack outputs, as `pulumi stack output` and the commands read them. */
export interface SpokeOutputs {
  readonly tenantId: string
  /** The tenant's account, which serves its models. */
  readonly account: string
  /** Which model endpoint its gateway calls: the tenant's own, or the hub's shared one. */
  readonly modelEndpoint: 'own' | 'hub'
  /** Set for a tenant with a network of its own, like the next three. */
  readonly cidrBlock?: string
  /** In the order of the subnets' addresses. */
  readonly availabilityZoneIds?: readonly string[]
  readonly vpcId?: string
  /** The Transit Gateway attachment of the tenant's VPC. */
  readonly attachmentId?: string
  /** Regional host name of the `bedrock-runtime` endpoint. */
  readonly endpointHost: string
  /** The role that may invoke the tenant's models. */
  readonly roleArn: string
  /** What runs the tenant's gateway. */
  readonly compute: 'lambda' | 'fargate'
  /** The longest time of a request, in seconds. */
  readonly timeoutSeconds: number
  /** The tenant's function, in the hub's account; set with compute `lambda`. */
  readonly functionArn?: string
  /** The tenant's service, in the hub's account; set with compute `fargate`. */
  readonly serviceArn?: string
  /** The tenant's rule on the hub's listener. */
  readonly ruleArn: string
  /** The URL that the tenant's clients call: the gateway's URL with the tenant's path. */
  readonly gatewayUrl: string
  /** The tenant's endpoint for the hub's endpoint service, through which clients in its VPC call the gateway; set with `gatewayEndpoint`. */
  readonly gatewayEndpointId?: string
}
