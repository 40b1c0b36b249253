/** The firewall in front of the load balancer: AWS's managed groups, and a limit on requests for each source address or token. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { errorBody } from '../shared/error-body.ts'
import { PREFIX } from '../shared/naming.ts'
import { type HubTags, named } from './tags.ts'

export interface FirewallArgs {
  readonly loadBalancerArn: pulumi.Input<string>
  /** Requests in five minutes from one source address; through the private door, with one token. */
  readonly rateLimit: number
  /** Set with a private door: the blocks from which all its requests come. Its callers are distinguished by their tokens. */
  readonly doorCidrBlocks?: readonly string[]
  readonly tags: HubTags
}

/** Five minutes, the window of the setting. */
const WINDOW_SECONDS = 300

/**
 * AWS's managed groups, with the rules that only count. These are the rules that inspect a body, because a prompt may contain HTML, a path such
 * as `../`, a `${jndi:`, or more than the 8 KB that are inspected; and the rule that refuses clients without a User-Agent. (AWS ignores a name
 * that a group does not have.)
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
const TOO_MANY_BY_ONE = 'too-many-requests-by-one'
const TOO_MANY_CODE = 'too_many_requests'
/** The exception that AWS SDKs know: they wait, and repeat such a request a few times. */
const THROTTLING = 'ThrottlingException'

export function firewall(name: string, args: FirewallArgs, opts: pulumi.CustomResourceOptions): void {
  const { rateLimit: limit, doorCidrBlocks } = args
  const door = doorCidrBlocks && doorAddresses(`${name}-door`, doorCidrBlocks, args.tags, opts)
  const acl = new aws.wafv2.WebAcl(
    name,
    {
      name: `${PREFIX}-hub`,
      description: 'Managed groups, bodies counted only, and a rate per source address',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      customResponseBodies: [
        tooMany(TOO_MANY, 'This source address has sent too many requests in five minutes.'),
        ...(door ? [tooMany(TOO_MANY_BY_ONE, 'Too many requests with this token in five minutes.')] : []),
      ],
      // The cheap rule comes first: requests over the limit are not inspected.
      rules: [
        rateRule({
          name: `${PREFIX}-rate`,
          priority: 0,
          body: TOO_MANY,
          limit,
          ...(door ? outside(door) : BY_ADDRESS),
        }),
        ...MANAGED_GROUPS.map(managedRule),
        ...(door ? [doorRule(limit, door)] : []),
      ],
      visibilityConfig: visibility(`${PREFIX}-hub`),
      tags: named(args.tags, 'firewall'),
    },
    opts,
  )
  new aws.wafv2.WebAclAssociation(name, { resourceArn: args.loadBalancerArn, webAclArn: acl.arn }, opts)
}

const tooMany = (key: string, message: string): aws.types.input.wafv2.WebAclCustomResponseBody => ({
  key,
  contentType: 'APPLICATION_JSON',
  content: errorBody({ code: TOO_MANY_CODE, exception: THROTTLING, message }),
})

/** The addresses from which the private door's network load balancer sends. */
const doorAddresses = (
  name: string,
  addresses: readonly string[],
  tags: HubTags,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> =>
  new aws.wafv2.IpSet(
    name,
    {
      name: `${PREFIX}-hub-private-door`,
      description: 'Subnets of the private door',
      scope: 'REGIONAL',
      ipAddressVersion: 'IPV4',
      addresses: [...addresses],
      tags: named(tags, 'firewall'),
    },
    opts,
  ).arn

type Counted = Pick<
  aws.types.input.wafv2.WebAclRuleStatementRateBasedStatement,
  'aggregateKeyType' | 'customKeys' | 'scopeDownStatement'
>

const BY_ADDRESS: Counted = { aggregateKeyType: 'IP' }

/** All requests that do not come through the private door, counted by address. */
const outside = (arn: pulumi.Input<string>): Counted => ({
  ...BY_ADDRESS,
  scopeDownStatement: { notStatement: { statement: { ipSetReferenceStatement: { arn } } } },
})

/** Requests through the private door, counted by token. The load balancer refuses requests without a token, so these reach no gateway. */
const doorRule = (limit: number, arn: pulumi.Input<string>) =>
  rateRule({
    name: `${PREFIX}-private-door-rate`,
    priority: MANAGED_GROUPS.length + 1,
    body: TOO_MANY_BY_ONE,
    limit,
    aggregateKeyType: 'CUSTOM_KEYS',
    customKeys: [{ header: { name: 'authorization', textTransformations: [{ priority: 0, type: 'NONE' }] } }],
    scopeDownStatement: { ipSetReferenceStatement: { arn } },
  })

function rateRule(
  rule: { readonly name: string; readonly priority: number; readonly body: string; readonly limit: number } & Counted,
): aws.types.input.wafv2.WebAclRule {
  const { name, priority, body, ...counted } = rule
  return {
    name,
    priority,
    statement: { rateBasedStatement: { ...counted, evaluationWindowSec: WINDOW_SECONDS } },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: body,
          responseHeaders: [
            { name: 'retry-after', value: String(WINDOW_SECONDS) },
            { name: 'x-amzn-errortype', value: THROTTLING },
            { name: 'x-error-code', value: TOO_MANY_CODE },
          ],
        },
      },
    },
    visibilityConfig: visibility(name),
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

/** No sampled requests: samples would keep prompts. */
function visibility(metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName }
}
