/** What the load balancer listens to, and what it answers when no tenant's rule matches. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { CertifiedName, Listener } from '../shared/choices.ts'
import { errorBody } from '../shared/error-body.ts'
import { DEMO_TAG } from '../shared/naming.ts'
import { certificate } from '../shared/resources/certificate.ts'
import { type HubTags, named } from './tags.ts'

/** TLS 1.2 with forward secrecy and authenticated encryption, or 1.3. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06'

export interface ListenersArgs {
  readonly listener: Listener
  /** The one origin whose pages may call. @default every origin */
  readonly browserOrigin?: string
  readonly loadBalancerArn: pulumi.Input<string>
  readonly tags: HubTags
}

/** @returns ARN of the listener that tenants' rules are added to */
export function listeners(
  name: string,
  args: ListenersArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const main = args.listener.kind === 'insecureHttp' ? http(name, args, opts) : https(name, args.listener, args, opts)
  preflightRule(name, main, args.tags, opts)
  return main.arn
}

/** Demo only: without TLS there is no token check in the load balancer either, as AWS has it for HTTPS only. */
function http(name: string, args: ListenersArgs, opts: pulumi.CustomResourceOptions): aws.lb.Listener {
  return new aws.lb.Listener(
    `${name}-http`,
    {
      loadBalancerArn: args.loadBalancerArn,
      port: 80,
      protocol: 'HTTP',
      defaultActions: [NO_TENANT],
      ...headers(args),
      tags: { ...named(args.tags, 'http'), ...DEMO_TAG },
    },
    opts,
  )
}

function https(
  name: string,
  listener: CertifiedName,
  args: ListenersArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lb.Listener {
  const { loadBalancerArn, tags } = args
  new aws.lb.Listener(
    `${name}-redirect`,
    {
      loadBalancerArn,
      port: 80,
      protocol: 'HTTP',
      defaultActions: [{ type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } }],
      tags: named(tags, 'redirect'),
    },
    opts,
  )
  return new aws.lb.Listener(
    `${name}-https`,
    {
      loadBalancerArn,
      port: 443,
      protocol: 'HTTPS',
      sslPolicy: TLS_POLICY,
      certificateArn: certificate(`${name}-certificate`, { domain: listener, tags: named(tags, 'certificate') }, opts),
      defaultActions: [NO_TENANT],
      ...headers(args),
      routingHttpResponseStrictTransportSecurityHeaderValue: 'max-age=31536000; includeSubDomains',
      tags: named(tags, 'https'),
    },
    opts,
  )
}

const NO_TENANT: aws.types.input.lb.ListenerDefaultAction = {
  type: 'fixed-response',
  fixedResponse: {
    statusCode: '404',
    contentType: 'application/json',
    // A fixed response has no headers of its own: the exception's name is in the body, where SDKs look next.
    messageBody: errorBody({
      code: 'tenant_unknown',
      exception: 'ResourceNotFoundException',
      message:
        "No tenant has this path. Every path starts with the tenant, as /TENANT/invoke does; an AWS SDK's endpoint ends in /TENANT.",
    }),
  },
}

/** What clients send of their own accord: a browser refuses such a request unless each of its headers is allowed. */
const SENT_BY_AWS_SDKS = ['amz-sdk-invocation-id', 'amz-sdk-request', 'x-amz-user-agent'] as const
const STAINLESS = [
  ...['arch', 'lang', 'os', 'package-version', 'runtime', 'runtime-version'],
  ...['retry-count', 'timeout', 'helper', 'helper-method', 'poll-helper', 'custom-poll-interval'],
].map((name) => `x-stainless-${name}`)
// Firefox lets a page set User-Agent, and asks for it then.
const SENT_BY_OPENAI_SDK = [...STAINLESS, 'openai-organization', 'openai-project', 'user-agent'] as const
const SENT_BY_ANTHROPIC_SDK = [
  ...['anthropic-version', 'anthropic-beta', 'anthropic-dangerous-direct-browser-access', 'x-api-key'],
] as const

/**
 * Unless an origin is named, any may call: a caller proves itself with a token that no browser adds on its own (there are no cookies),
 * so another site gains nothing. Named, the pages of every other site get no answer to read, whatever token they have. A listener's
 * attribute holds one origin.
 */
const headers = ({ browserOrigin = '*' }: Pick<ListenersArgs, 'browserOrigin'>) => ({
  ...HEADERS,
  routingHttpResponseAccessControlAllowOriginHeaderValue: browserOrigin,
})

const HEADERS = {
  routingHttpResponseServerEnabled: false,
  routingHttpResponseXContentTypeOptionsHeaderValue: 'nosniff',
  routingHttpResponseAccessControlAllowMethodsHeaderValue: 'GET,POST',
  routingHttpResponseAccessControlAllowHeadersHeaderValue: [
    ...['authorization', 'content-type'],
    ...SENT_BY_AWS_SDKS,
    ...SENT_BY_OPENAI_SDK,
    ...SENT_BY_ANTHROPIC_SDK,
  ].join(','),
  routingHttpResponseAccessControlExposeHeadersHeaderValue:
    'request-id,retry-after,www-authenticate,x-amzn-errortype,x-amzn-requestid,x-error-code,x-genai-estimated,x-genai-ignored,x-genai-model,x-request-id,x-should-retry',
  routingHttpResponseAccessControlMaxAgeHeaderValue: '86400',
} as const

/**
 * A browser's preflight carries no token, so a tenant's rule would refuse it. First of all rules: tenants' priorities are
 * given out above the highest there is.
 */
function preflightRule(
  name: string,
  listener: aws.lb.Listener,
  tags: HubTags,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.lb.ListenerRule(
    `${name}-preflight`,
    {
      listenerArn: listener.arn,
      priority: 1,
      conditions: [{ httpRequestMethod: { values: ['OPTIONS'] } }],
      actions: [{ type: 'fixed-response', fixedResponse: { statusCode: '204', contentType: 'text/plain' } }],
      tags: named(tags, 'preflight'),
    },
    opts,
  )
}
