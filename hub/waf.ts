/** The firewall before the load balancer: AWS's managed groups, and a limit of requests per source address. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { errorBody } from '../shared/error-body.ts'
import { PREFIX } from '../shared/naming.ts'
import { type HubTags, named } from './tags.ts'

export interface FirewallArgs {
  readonly loadBalancerArn: pulumi.Input<string>
  /** Requests per five minutes and source address. */
  readonly rateLimit: number
  readonly tags: HubTags
}

/** Five minutes, as the setting says. */
const WINDOW_SECONDS = 300

/**
 * AWS's managed groups, with the rules that only count. Every rule that inspects a body: a prompt may hold HTML, a path such
 * as `../`, a `${jndi:` or be larger than the 8 KB that are inspected. And the one that refuses bare clients without a
 * User-Agent. (A name that a group does not have is disregarded by AWS.)
 */
export const MANAGED_GROUPS = [
  { name: 'AWSManagedRulesAmazonIpReputationList', counted: [] },
  {
    name: 'AWSManagedRulesCommonRuleSet',
    counted: [
      'SizeRestrictions_BODY',
      'EC2MetaDataSSRF_BODY',
      'GenericLFI_BODY',
      'GenericRFI_BODY',
      'CrossSiteScripting_BODY',
      'NoUserAgent_HEADER',
    ],
  },
  {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    counted: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'],
  },
] as const

const TOO_MANY = 'too-many-requests'
const TOO_MANY_CODE = 'too_many_requests'
/** As AWS SDKs know it: they wait, and repeat such a request a few times. */
const THROTTLING = 'ThrottlingException'

export function firewall(name: string, args: FirewallArgs, opts: pulumi.CustomResourceOptions): void {
  const acl = new aws.wafv2.WebAcl(
    name,
    {
      name: `${PREFIX}-hub`,
      description: 'Managed groups, bodies counted only, and a rate per source address',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      customResponseBodies: [
        {
          key: TOO_MANY,
          contentType: 'APPLICATION_JSON',
          content: errorBody({
            code: TOO_MANY_CODE,
            exception: THROTTLING,
            message: 'This source address has sent too many requests in five minutes.',
          }),
        },
      ],
      // The cheap rule first: who is over the limit is not inspected.
      rules: [rateRule(args.rateLimit), ...MANAGED_GROUPS.map(managedRule)],
      visibilityConfig: visibility(`${PREFIX}-hub`),
      tags: named(args.tags, 'firewall'),
    },
    opts,
  )
  new aws.wafv2.WebAclAssociation(name, { resourceArn: args.loadBalancerArn, webAclArn: acl.arn }, opts)
}

function rateRule(limit: number): aws.types.input.wafv2.WebAclRule {
  const metric = `${PREFIX}-rate`
  return {
    name: metric,
    priority: 0,
    statement: { rateBasedStatement: { limit, aggregateKeyType: 'IP', evaluationWindowSec: WINDOW_SECONDS } },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: TOO_MANY,
          responseHeaders: [
            { name: 'retry-after', value: String(WINDOW_SECONDS) },
            { name: 'x-amzn-errortype', value: THROTTLING },
            { name: 'x-error-code', value: TOO_MANY_CODE },
          ],
        },
      },
    },
    visibilityConfig: visibility(metric),
  }
}

function managedRule(group: (typeof MANAGED_GROUPS)[number], index: number): aws.types.input.wafv2.WebAclRule {
  return {
    name: group.name,
    priority: index + 1,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name: group.name,
        ruleActionOverrides: group.counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(group.name),
  }
}

/** No samples: they would keep prompts. */
function visibility(metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName }
}
