/**
 * The client's stack: a private bucket with the page, and a distribution that serves it. It is outside all networks of the hub and the tenants,
 * in any account, and needs nothing of the hub but its outputs.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { credentialArguments } from '../shared/provider.ts'
import { certificate } from '../shared/resources/certificate.ts'
import { CLOUDFRONT_REGION } from '../shared/settings/regions.ts'
import { bucket, letIn } from './bucket.ts'
import { originToSet } from './checks.ts'
import { distribution } from './distribution.ts'
import { firewall } from './firewall.ts'
import { objects } from './objects.ts'
import type { SiteOutputs } from './outputs.ts'
import type { SitePlan } from './preflight.ts'
import { named } from './tags.ts'

/** The outputs, some of which are known only when resources are made. */
export type SiteProgramOutputs = { readonly [K in keyof SiteOutputs]: pulumi.Input<SiteOutputs[K]> }

export function site(plan: SitePlan): SiteProgramOutputs {
  const { settings, hub } = plan
  const made = new Site('site', plan)
  made.url.apply((origin) => {
    const command = originToSet(settings, hub, origin)
    if (command !== undefined) void pulumi.log.warn(command)
  })
  return {
    site: true,
    account: settings.account,
    url: made.url,
    distributionId: made.distributionId,
    distributionDomainName: made.distributionDomainName,
    bucketName: made.bucketName,
  }
}

/** All resources of the client. Its two providers are for the same account. */
class Site extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>
  readonly distributionId: pulumi.Output<string>
  readonly distributionDomainName: pulumi.Output<string>
  readonly bucketName: pulumi.Output<string>

  constructor(name: string, { settings, hub, origin, signInHost, files }: SitePlan) {
    super('genai:site:Site', name)
    const tags = { project: origin.project, stack: origin.stack }
    const signIn = { allowedAccountIds: [settings.account], ...credentialArguments(settings.credentials, 'genai-site') }
    const regional = new aws.Provider('site', { region: hub.region as aws.Region, ...signIn }, { parent: this })
    const global = new aws.Provider('site-global', { region: CLOUDFRONT_REGION, ...signIn }, { parent: this })
    const here = { parent: this, provider: regional }
    const there = { parent: this, provider: global }

    const pages = bucket(name, { account: settings.account, region: hub.region, tags }, here)
    const acl = firewall(name, { rateLimit: settings.wafRateLimit, tags }, there)
    const certificateArn = settings.domain && certificate(name, { domain: settings.domain, tags: named(tags) }, there)
    const served = distribution(
      name,
      {
        settings,
        bucketDomainName: pages.bucketRegionalDomainName,
        webAclArn: acl.arn,
        ...(certificateArn && { certificateArn }),
        connectsTo: [hub.gatewayUrl, `https://${signInHost}`],
        tags,
      },
      there,
    )
    const readable = letIn(name, { bucket: pages.bucket, bucketArn: pages.arn, distributionArn: served.arn }, here)
    objects(name, { bucket: pages.bucket, files, after: readable }, here)
    this.url = pulumi.interpolate`https://${settings.domain?.domainName ?? served.domainName}`
    this.distributionId = served.id
    this.distributionDomainName = served.domainName
    this.bucketName = pages.bucket
    this.registerOutputs({ url: this.url })
  }
}
