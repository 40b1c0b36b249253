/** The tenant's routes back to the hub, made once the hub has accepted the attachment: a route to a waiting one is refused. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'

export interface AccountRoutesArgs {
  /** Of the model endpoint's subnets. */
  readonly routeTableId: pulumi.Input<string>
  /** The only addresses that the tenant's VPC can answer. */
  readonly hubCidrBlock: string
  /** Known once the attachment is accepted, associated and propagated. */
  readonly transitGatewayId: pulumi.Input<string>
}

export class AccountRoutes extends pulumi.ComponentResource {
  /** Known once the tenant's VPC can answer the hub. */
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
      // Of another table, so the old one can stay until nobody uses it.
      { parent: this, provider: opts.provider, deleteBeforeReplace: false },
    )
    this.routeIds = pulumi.all([toHub.id])
    this.registerOutputs({ routeIds: this.routeIds })
  }
}
