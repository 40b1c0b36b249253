/** The firewall in front of the client: a limit on requests for each source address, and AWS's lists of addresses and of known attacks. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { siteAclName } from '../shared/naming.ts'
import { named, type SiteTags } from './tags.ts'

export interface FirewallArgs {
  /** Requests in five minutes from one source address. */
  readonly rateLimit: number
  readonly tags: SiteTags
}

/** Five minutes, the window of the setting. */
const WINDOW_SECONDS = 300

const MANAGED = ['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesKnownBadInputsRuleSet'] as const

/** @param opts with a provider of us-east-1 */
export const firewall = (
  name: string,
  { rateLimit, tags }: FirewallArgs,
  opts: pulumi.CustomResourceOptions,
): aws.wafv2.WebAcl =>
  new aws.wafv2.WebAcl(
    name,
    {
      name: siteAclName,
      description: 'A rate per source address, and managed groups',
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      rules: [
        {
          name: `${siteAclName}-rate`,
          priority: 0,
          statement: {
            rateBasedStatement: { limit: rateLimit, aggregateKeyType: 'IP', evaluationWindowSec: WINDOW_SECONDS },
          },
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: visibility(`${siteAclName}-rate`),
        },
        ...MANAGED.map((group, index) => ({
          name: group,
          priority: index + 1,
          overrideAction: { none: {} },
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: group } },
          visibilityConfig: visibility(group),
        })),
      ],
      visibilityConfig: visibility(siteAclName),
      tags: named(tags),
    },
    opts,
  )

/** No sampled requests: samples would keep the codes of people's sign-ins. */
const visibility = (metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig => ({
  cloudwatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
  metricName,
})
