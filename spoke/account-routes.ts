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
  constructor(
    name: string,
    args: AccountRoutesArgs,
    opts: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super('genai:spoke:AccountRoutes', name, {}, opts)
    new aws.ec2.Route(
      `${name}-hub`,
      {
        routeTableId: args.routeTableId,
        destinationCidrBlock: args.hubCidrBlock,
        transitGatewayId: args.transitGatewayId,
      },
      // A table has one route to a destination.
      { parent: this, provider: opts.provider, deleteBeforeReplace: true },
    )
    this.registerOutputs({})
  }
}
