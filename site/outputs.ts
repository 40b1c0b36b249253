/** The client's stack outputs, as `pulumi stack output` and the commands read them. */
export interface SiteOutputs {
  /** Distinguishes the stack of a client from those of hubs and tenants. */
  readonly site: true
  readonly account: string
  /** The address that people open: `https://DOMAIN`. The hub's `browserOrigin` is the same text. */
  readonly url: string
  readonly distributionId: string
  readonly distributionDomainName: string
  readonly bucketName: string
}
