/**
 * The tenant's routes back to the hub. They are made after the hub has accepted the attachment, because AWS refuses a route to an attachment
 * that waits.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'

export interface AccountRoutesArgs {
  /** The route table of the model endpoint's subnets. */
  readonly routeTableId: pulumi.Input<string>
  /** The hub's block: the tenant's VPC can answer no other addresses. */
  readonly hubCidrBlock: string
  /** Known after the attachment was accepted, associated and propagated. */
  readonly transitGatewayId: pulumi.Input<string>
}

export class AccountRoutes extends pulumi.ComponentResource {
  /** Known after the tenant's VPC can answer the hub. */
  readonly routeIds: pulumi.Output<readonly string[]>

  constructor(
    name: string,
    args: AccountRoutesArgs,
    opts: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super('genai:spoke:AccountRoutes', name, {}, opts)
    const toHub = new aws.ec2.Route(
      `${name}-hub`,
      {
        routeTableId: args.routeTableId,
        destinationCidrBlock: args.hubCidrBlock,
        transitGatewayId: args.transitGatewayId,
      },
      // The new route is in another table, so the old one can stay until nobody uses it.
      { parent: this, provider: opts.provider, deleteBeforeReplace: false },
    )
    this.routeIds = pulumi.all([toHub.id])
    this.registerOutputs({ routeIds: this.routeIds })
  }
}
