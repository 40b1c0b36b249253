/** The distribution, which alone reads the bucket. It serves the client's name, with the headers that protect the page. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { PREFIX } from '../shared/naming.ts'
import { aliasRecord } from '../shared/resources/alias-record.ts'
import type { SiteSettings } from '../shared/settings.ts'
import { NOT_FOUND_PAGE, START_PAGE } from './files.ts'
import { contentSecurityPolicy, HSTS_SECONDS, PERMISSIONS_POLICY } from './security-headers.ts'
import { named, type SiteTags } from './tags.ts'

/** AWS's own cache policy CachingOptimized: an object's cache-control decides, and answers are compressed. */
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6'

export interface DistributionArgs {
  readonly settings: Pick<SiteSettings, 'domain'>
  readonly bucketDomainName: pulumi.Input<string>
  readonly webAclArn: pulumi.Input<string>
  /** Set if the client has a domain. */
  readonly certificateArn?: pulumi.Input<string>
  /** The origins that the page calls. */
  readonly connectsTo: readonly string[]
  readonly tags: SiteTags
}

const ORIGIN = 'pages'

export function distribution(
  name: string,
  args: DistributionArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudfront.Distribution {
  const { domain } = args.settings
  const access = new aws.cloudfront.OriginAccessControl(
    name,
    {
      name: `${PREFIX}-site`,
      description: 'Signs every request for the bucket of the client',
      originAccessControlOriginType: 's3',
      signingBehavior: 'always',
      signingProtocol: 'sigv4',
    },
    opts,
  )
  const headers = responseHeaders(name, args.connectsTo, opts)
  const served = new aws.cloudfront.Distribution(
    name,
    {
      enabled: true,
      comment: 'The client',
      ...(domain && { aliases: [domain.domainName] }),
      defaultRootObject: START_PAGE,
      httpVersion: 'http2and3',
      isIpv6Enabled: true,
      priceClass: 'PriceClass_All',
      webAclId: args.webAclArn,
      origins: [{ originId: ORIGIN, domainName: args.bucketDomainName, originAccessControlId: access.id }],
      defaultCacheBehavior: {
        targetOriginId: ORIGIN,
        allowedMethods: ['GET', 'HEAD'],
        cachedMethods: ['GET', 'HEAD'],
        cachePolicyId: CACHING_OPTIMIZED,
        compress: true,
        responseHeadersPolicyId: headers.id,
        viewerProtocolPolicy: 'redirect-to-https',
      },
      // A reader that may not list a bucket gets "forbidden" for an object that does not exist.
      customErrorResponses: [
        { errorCode: 403, responseCode: 404, responsePagePath: `/${NOT_FOUND_PAGE}`, errorCachingMinTtl: 10 },
      ],
      restrictions: { geoRestriction: { restrictionType: 'none' } },
      viewerCertificate:
        args.certificateArn === undefined
          ? { cloudfrontDefaultCertificate: true }
          : {
              acmCertificateArn: args.certificateArn,
              minimumProtocolVersion: 'TLSv1.2_2021',
              sslSupportMethod: 'sni-only',
            },
      tags: named(args.tags),
    },
    opts,
  )
  if (domain?.kind === 'hostedZone') {
    const target = { name: served.domainName, zoneId: served.hostedZoneId }
    for (const type of ['A', 'AAAA'] as const)
      aliasRecord(`${name}-${type.toLowerCase()}`, { domain, type, target }, opts)
  }
  return served
}

function responseHeaders(
  name: string,
  connectsTo: readonly string[],
  opts: pulumi.CustomResourceOptions,
): aws.cloudfront.ResponseHeadersPolicy {
  const custom = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': PERMISSIONS_POLICY,
  }
  return new aws.cloudfront.ResponseHeadersPolicy(
    name,
    {
      name: `${PREFIX}-site`,
      comment: 'Code of its own only, no frames, TLS only',
      securityHeadersConfig: {
        contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(connectsTo), override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: 'DENY', override: true },
        referrerPolicy: { referrerPolicy: 'no-referrer', override: true },
        strictTransportSecurity: { accessControlMaxAgeSec: HSTS_SECONDS, includeSubdomains: true, override: true },
      },
      customHeadersConfig: {
        items: Object.entries(custom).map(([header, value]) => ({ header, value, override: true })),
      },
    },
    opts,
  )
}
