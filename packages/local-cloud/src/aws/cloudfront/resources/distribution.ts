/** `aws.cloudfront.Distribution`, in front of buckets with origin access control. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { call, changed, lifeCycle, newTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { flag, known, number, object, objects, text, texts } from '../../../resource/values.ts'
import { isIssued, namesOfCertificate } from '../../acm/resources/certificate.ts'
import { isManagedCachePolicy } from '../cache-policies.ts'
import {
  behavioursOf,
  CLOUDFRONT_REGION,
  CLOUDFRONT_ZONE,
  DISTRIBUTION,
  etagOf,
  newId,
  ORIGIN_ACCESS_CONTROL,
  RESPONSE_HEADERS_POLICY,
} from '../names.ts'

const BEHAVIOUR = [
  ...['allowedMethods', 'cachedMethods', 'cachePolicyId', 'compress', 'responseHeadersPolicyId', 'targetOriginId'],
  'viewerProtocolPolicy',
]

const WEB_ACL = 'aws:wafv2/webAcl:WebAcl'

const METHODS = ['GET,HEAD', 'GET,HEAD,OPTIONS', 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT']
const PROTOCOLS = ['TLSv1.2_2018', 'TLSv1.2_2019', 'TLSv1.2_2021', 'TLSv1.2_2025', 'TLSv1.3_2025']
/** Error codes for which CloudFront allows a custom page. */
const ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]

export const distribution: ResourceType = {
  type: DISTRIBUTION,
  inputs: [
    ...['enabled', 'comment', 'aliases', 'defaultRootObject', 'httpVersion', 'isIpv6Enabled', 'priceClass', 'webAclId'],
    ...['origins.originId', 'origins.domainName', 'origins.originPath', 'origins.originAccessControlId'],
    ...BEHAVIOUR.map((name) => `defaultCacheBehavior.${name}`),
    ...['pathPattern', ...BEHAVIOUR].map((name) => `orderedCacheBehaviors.${name}`),
    ...['errorCode', 'responseCode', 'responsePagePath', 'errorCachingMinTtl'].map((n) => `customErrorResponses.${n}`),
    ...['restrictionType', 'locations'].map((name) => `restrictions.geoRestriction.${name}`),
    ...['acmCertificateArn', 'cloudfrontDefaultCertificate', 'minimumProtocolVersion', 'sslSupportMethod'].map(
      (name) => `viewerCertificate.${name}`,
    ),
    'waitForDeployment',
    'tags',
  ],
  required: ['enabled', 'origins', 'defaultCacheBehavior', 'restrictions', 'viewerCertificate'],
  replaces: [],
  defaults: { httpVersion: 'http2', priceClass: 'PriceClass_All', waitForDeployment: true, isIpv6Enabled: false },
  releases: ['origins'],
  // A record that points to a distribution does not prevent its deletion.
  heldThrough: [],
  refuse(situation) {
    refuseOrigins(situation)
    for (const behaviour of behavioursOf(situation.inputs)) refuseBehaviour(situation, behaviour)
    refuseErrorPages(situation.inputs)
    refuseNames(situation)
    refuseWebAcl(situation)
    const root = text(situation.inputs, 'defaultRootObject')
    if (root?.startsWith('/'))
      throw new AwsError('InvalidDefaultRootObject', 'The parameter Default Root Object must not begin with a slash.')
    const geo = object(object(situation.inputs, 'restrictions') ?? {}, 'geoRestriction')
    if (geo?.restrictionType !== 'none')
      throw new UnsupportedError(`restrictionType "${String(geo?.restrictionType)}" of ${DISTRIBUTION}: use "none"`)
    if (flag(situation.inputs, 'enabled') !== true) throw new UnsupportedError(`${DISTRIBUTION} that is not enabled`)
  },
  answer(situation) {
    const id = newId(situation)
    return {
      id,
      outputs: {
        arn: `arn:aws:cloudfront::${situation.account}:distribution/${id}`,
        domainName: `d${situation.stableToken(13, 'domain')}.cloudfront.net`,
        hostedZoneId: CLOUDFRONT_ZONE,
        status: 'Deployed',
        etag: etagOf(situation),
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const distributionArn = known(outputs, 'arn')
    const on = (action: string) => call(`cloudfront:${action}`, distributionArn)
    const acl = text(situation.inputs, 'webAclId')
    // CloudFront looks the web ACL up with the caller's permissions.
    const protect = acl === undefined ? [] : [call('wafv2:GetWebACL', acl)]
    const tags = newTags(situation)
    return {
      create: [
        call('cloudfront:CreateDistribution', '*', tags),
        ...protect,
        ...when(Object.keys(tags).length > 0, call('cloudfront:TagResource', distributionArn, tags)),
      ],
      read: [on('GetDistribution'), on('ListTagsForResource')],
      update: [
        ...when(
          changed(
            situation,
            ...distribution.inputs.map((path) => path.split('.')[0] ?? '').filter((n) => n !== 'tags'),
          ),
          on('GetDistribution'),
          on('UpdateDistribution'),
          ...protect,
        ),
        ...retag(situation, { add: 'cloudfront:TagResource', remove: 'cloudfront:UntagResource' }, distributionArn),
      ],
      // CloudFront must disable a distribution before it deletes it, which takes minutes.
      delete: [on('GetDistribution'), on('UpdateDistribution'), ...protect, on('DeleteDistribution')],
    }
  }),
}

const BUCKET_NAME = /^[a-z0-9.-]+\.s3\.[a-z0-9-]+\.amazonaws\.com$/

function refuseOrigins({ inputs, ledger, account }: Situation): void {
  const origins = objects(inputs, 'origins')
  if (new Set(origins.map((origin) => origin.originId)).size < origins.length)
    throw new AwsError('InvalidArgument', 'Origin ids must be unique within a distribution.')
  for (const origin of origins) {
    const host = known(origin, 'domainName')
    if (!BUCKET_NAME.test(host))
      throw new UnsupportedError(`the origin ${host} of ${DISTRIBUTION}: buckets, by their regional name`)
    const control = text(origin, 'originAccessControlId')
    if (control === undefined) throw new UnsupportedError(`an origin without originAccessControlId of ${DISTRIBUTION}`)
    if (ledger.find(ORIGIN_ACCESS_CONTROL, control)?.account !== account)
      throw new AwsError('InvalidOriginAccessControl', `The origin access control ${control} does not exist.`, 404)
  }
}

function refuseBehaviour({ inputs, ledger, account }: Situation, behaviour: Properties): void {
  const target = known(behaviour, 'targetOriginId')
  if (!objects(inputs, 'origins').some((origin) => origin.originId === target))
    throw new AwsError('NoSuchOrigin', `One or more of your origins or origin groups do not exist: ${target}.`, 404)
  const methods = texts(behaviour, 'allowedMethods').toSorted().join()
  if (!METHODS.includes(methods))
    throw new AwsError(
      'InvalidArgument',
      `The parameter AllowedMethods contains methods that are not supported: ${methods}`,
    )
  const cachePolicyId = text(behaviour, 'cachePolicyId')
  // Without one, the provider demands the older forwardedValues.
  if (cachePolicyId === undefined) throw new UnsupportedError(`a behaviour without cachePolicyId of ${DISTRIBUTION}`)
  if (!isManagedCachePolicy(cachePolicyId))
    throw new AwsError('NoSuchCachePolicy', `The cache policy ${cachePolicyId} does not exist.`, 404)
  const headers = text(behaviour, 'responseHeadersPolicyId')
  if (headers !== undefined && ledger.find(RESPONSE_HEADERS_POLICY, headers)?.account !== account)
    throw new AwsError('NoSuchResponseHeadersPolicy', `The response headers policy ${headers} does not exist.`, 404)
  if (!['allow-all', 'https-only', 'redirect-to-https'].includes(known(behaviour, 'viewerProtocolPolicy')))
    throw new AwsError('InvalidArgument', 'viewerProtocolPolicy must be allow-all, https-only or redirect-to-https')
}

function refuseErrorPages(inputs: Properties): void {
  for (const page of objects(inputs, 'customErrorResponses')) {
    const code = number(page, 'errorCode') ?? 0
    if (!ERRORS.includes(code))
      throw new AwsError('InvalidErrorCode', `The error code ${code} is none of ${ERRORS.join(', ')}.`)
    const path = text(page, 'responsePagePath')
    if ((path === undefined) !== (number(page, 'responseCode') === undefined))
      throw new AwsError('InvalidResponseCode', 'responseCode and responsePagePath are given together, or not at all.')
    if (path !== undefined && !path.startsWith('/'))
      throw new AwsError('InvalidArgument', `The response page path ${path} must begin with a slash.`)
  }
}

const certificateError = (message: string) => new AwsError('InvalidViewerCertificate', message)

function refuseNames({ inputs, ledger, organization, urn, account }: Situation): void {
  const viewer = object(inputs, 'viewerCertificate') ?? {}
  const certificate = text(viewer, 'acmCertificateArn')
  const aliases = texts(inputs, 'aliases')
  if (certificate === undefined) {
    if (flag(viewer, 'cloudfrontDefaultCertificate') !== true)
      throw certificateError('One of acmCertificateArn and cloudfrontDefaultCertificate must be given.')
    if (aliases.length > 0)
      throw certificateError(
        'To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.',
      )
    return
  }
  const [, , , region, owner] = certificate.split(':')
  if (region !== CLOUDFRONT_REGION || owner !== account || !isIssued(ledger, organization, certificate))
    throw certificateError(
      "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.",
    )
  if (viewer.sslSupportMethod !== 'sni-only')
    throw new UnsupportedError(`sslSupportMethod of ${DISTRIBUTION}: use "sni-only"`)
  if (!PROTOCOLS.includes(text(viewer, 'minimumProtocolVersion') ?? ''))
    throw new UnsupportedError(`minimumProtocolVersion of ${DISTRIBUTION} other than ${PROTOCOLS.join(', ')}`)
  const covered = namesOfCertificate(ledger, organization, certificate)
  for (const alias of aliases) {
    const wildcard = alias.replace(/^[^.]+/, '*')
    if (!covered.includes(alias) && !covered.includes(wildcard))
      throw certificateError(
        `The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add: ${alias}.`,
      )
    // Alternate names are unique among all AWS accounts.
    if (ledger.all(DISTRIBUTION).some((one) => one.urn !== urn && texts(one.inputs, 'aliases').includes(alias)))
      throw new AwsError(
        'CNAMEAlreadyExists',
        'One or more of the CNAMEs you provided are already associated with a different resource.',
        409,
      )
  }
}

function refuseWebAcl({ inputs, ledger, account }: Situation): void {
  const acl = text(inputs, 'webAclId')
  if (acl === undefined) return
  const found = ledger.findBy(WEB_ACL, 'arn', acl)
  if (found?.account !== account || found.inputs.scope !== 'CLOUDFRONT')
    throw new AwsError(
      'InvalidWebACLId',
      `Web ACL is not accessible by the requester: ${acl} is no web ACL of scope CLOUDFRONT of this account.`,
    )
}
