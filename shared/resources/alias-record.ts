/** The DNS record that leads the gateway's or the client's name to AWS's name for it. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'

export interface AliasRecordArgs {
  readonly domain: { readonly domainName: string; readonly hostedZoneId: string }
  /** `A` for IPv4, `AAAA` for IPv6. */
  readonly type: 'A' | 'AAAA'
  /** AWS's own name of the load balancer or distribution, and the hosted zone of this name. */
  readonly target: { readonly name: pulumi.Input<string>; readonly zoneId: pulumi.Input<string> }
}

export function aliasRecord(
  name: string,
  { domain, type, target }: AliasRecordArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.route53.Record(
    name,
    {
      zoneId: domain.hostedZoneId,
      name: domain.domainName,
      type,
      aliases: [{ ...target, evaluateTargetHealth: false }],
    },
    opts,
  )
}
