/**
 * Shares the Transit Gateway with an account outside the organisation: the hub invites the account, and the account accepts. Inside an
 * organisation there is no invitation, and an accepter would fail.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { SpokeProviders } from '../providers.ts'

export interface TransitGatewayShareArgs {
  /** The tenant's account. */
  readonly account: string
  readonly resourceShareArn: string
  readonly transitGatewayId: string
}

/** The hub's account invites; the tenant's account accepts. */
export type TransitGatewayShareOptions = pulumi.ComponentResourceOptions & SpokeProviders

export class TransitGatewayShare extends pulumi.ComponentResource {
  /** Known after the account may use the gateway. */
  readonly transitGatewayId: pulumi.Output<string>

  constructor(name: string, args: TransitGatewayShareArgs, { hub, tenant, ...opts }: TransitGatewayShareOptions) {
    super('genai:spoke:TransitGatewayShare', name, {}, opts)
    const association = new aws.ram.PrincipalAssociation(
      name,
      { principal: args.account, resourceShareArn: args.resourceShareArn },
      { parent: this, provider: hub },
    )
    const accepter = new aws.ram.ResourceShareAccepter(
      name,
      // Taken from the association, so that the invitation exists first.
      { shareArn: association.resourceShareArn },
      { parent: this, provider: tenant },
    )
    this.transitGatewayId = accepter.id.apply(() => args.transitGatewayId)
    this.registerOutputs({ transitGatewayId: this.transitGatewayId })
  }
}
