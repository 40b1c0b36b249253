/** Rules about what people's browsers reach: the client's page, the distribution that serves it, and what protects it. */
import { asList, asMap, asTexts, isUnknown, ofType, type Resource, type Rule, violation } from '../resource.ts'

const DISTRIBUTION = 'aws:cloudfront/distribution:Distribution'
const HEADERS = 'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy'
const ACCESS = 'aws:cloudfront/originAccessControl:OriginAccessControl'

const behavioursOf = ({ inputs }: Resource) =>
  [inputs.defaultCacheBehavior, ...asList(inputs.orderedCacheBehaviors)].map(asMap)

const STRONG = /^TLSv1\.(2_(2021|2025)|3_2025)$/

const strictDistributions: Rule = {
  name: 'distributions-are-strict',
  says: 'A distribution speaks TLS 1.2 or newer only, signs what it asks its origins, and stands behind a web ACL.',
  remedy:
    'Set viewerProtocolPolicy, minimumProtocolVersion (or CloudFront’s own certificate), originAccessControlId of every origin, and webAclId.',
  scope: 'resource',
  check: (resources) => [
    ...ofType(resources, DISTRIBUTION).flatMap((distribution) => {
      const { viewerCertificate, webAclId, origins } = distribution.inputs
      const { cloudfrontDefaultCertificate, minimumProtocolVersion } = asMap(viewerCertificate)
      const known = (property: string) => !isUnknown(distribution, property)
      const unsigned = asList(origins)
        .map(asMap)
        .filter(
          ({ originAccessControlId }, index) =>
            originAccessControlId === undefined &&
            !distribution.unknown.includes(`origins.${index}.originAccessControlId`) &&
            !distribution.unknown.includes('origins'),
        )
      return [
        ...(known('defaultCacheBehavior') &&
        known('orderedCacheBehaviors') &&
        behavioursOf(distribution).some(({ viewerProtocolPolicy }) => viewerProtocolPolicy === 'allow-all')
          ? ['It answers without TLS.']
          : []),
        ...(cloudfrontDefaultCertificate !== true &&
        known('viewerCertificate') &&
        !STRONG.test(String(minimumProtocolVersion))
          ? ['It lets older versions of TLS than 1.2 in.']
          : []),
        ...(webAclId === undefined && known('webAclId') ? ['No web ACL is before it.'] : []),
        ...(unsigned.length > 0
          ? ['It asks an origin without signing, so that the origin must be open to everybody.']
          : []),
      ].map((message) => violation(distribution, message))
    }),
    ...ofType(resources, ACCESS)
      .filter((access) => !isUnknown(access, 'signingBehavior') && access.inputs.signingBehavior !== 'always')
      .map((access) => violation(access, 'It does not sign every request.')),
  ],
}

/** Directives without which the page could run foreign code, or be embedded in a foreign frame. */
const DIRECTIVES: readonly (readonly [name: string, holds: (values: readonly string[]) => boolean])[] = [
  ['default-src', (values) => values.join() === "'none'" || values.join() === "'self'"],
  ['script-src', (values) => values.length > 0 && values.every((one) => one === "'self'" || one === "'none'")],
  ['frame-ancestors', (values) => values.join() === "'none'"],
  ['base-uri', (values) => values.join() === "'none'" || values.join() === "'self'"],
  ['require-trusted-types-for', (values) => values.includes("'script'")],
]

const YEAR_SECONDS = 31_536_000

const guardedPages: Rule = {
  name: 'pages-are-guarded',
  says: 'Every page comes with headers that let in its own code only, keep it out of frames, and demand TLS for a year.',
  remedy: 'Declare a ResponseHeadersPolicy as site/distribution.ts has it, and name it in every behaviour.',
  scope: 'stack',
  check: (resources) => [
    ...ofType(resources, HEADERS).flatMap((policy) => {
      if (isUnknown(policy, 'securityHeadersConfig')) return []
      const security = asMap(policy.inputs.securityHeadersConfig)
      const { contentSecurityPolicy = '', override } = asMap(security.contentSecurityPolicy)
      const said = new Map(
        String(contentSecurityPolicy)
          .split(';')
          .map((directive): [string, readonly string[]] => {
            const [name = '', ...values] = directive.trim().split(/\s+/)
            return [name, values]
          }),
      )
      const weak = DIRECTIVES.filter(([name, holds]) => !holds(said.get(name) ?? [])).map(([name]) => name)
      const seconds = Number(asMap(security.strictTransportSecurity).accessControlMaxAgeSec ?? 0)
      return [
        ...(weak.length > 0 ? [`Its content security policy is weak in ${weak.join(', ')}.`] : []),
        ...(override === true ? [] : ['What the origin says takes the place of its content security policy.']),
        ...(seconds < YEAR_SECONDS ? ['It demands TLS for less than a year.'] : []),
        ...(security.contentTypeOptions === undefined
          ? ['Browsers may guess what a file is (contentTypeOptions).']
          : []),
      ].map((message) => violation(policy, message))
    }),
    ...ofType(resources, DISTRIBUTION)
      .filter((distribution) => !isUnknown(distribution, 'defaultCacheBehavior'))
      .filter((distribution) => behavioursOf(distribution).some((one) => one.responseHeadersPolicyId === undefined))
      .map((distribution) => violation(distribution, 'No policy of headers is named in a behaviour.')),
  ],
}

const ownReaders: Rule = {
  name: 'buckets-have-one-distribution',
  says: 'A bucket lets CloudFront in for a distribution that is named, and to read objects only.',
  remedy: 'Put the distribution’s ARN into a condition on aws:SourceArn, and allow s3:GetObject alone.',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, 'aws:s3/bucketPolicy:BucketPolicy').flatMap((policy) => {
      if (isUnknown(policy, 'policy')) return []
      const { policy: text } = policy.inputs
      const document = asMap(typeof text === 'string' ? JSON.parse(text) : text)
      return asList(document.Statement)
        .map(asMap)
        .filter(
          ({ Effect, Principal }) =>
            Effect === 'Allow' && asTexts(asMap(Principal).Service).includes('cloudfront.amazonaws.com'),
        )
        .filter(
          ({ Action, Condition }) =>
            asTexts(Action).some((action) => action !== 's3:GetObject') || !namesOne(asMap(Condition)),
        )
        .map(() => violation(policy, 'It lets in every distribution of every account, or lets one do more than read.'))
    }),
}

const namesOne = (condition: Readonly<Record<string, unknown>>): boolean =>
  ['StringEquals', 'ArnEquals'].some((operator) =>
    Object.entries(asMap(condition[operator])).some(
      ([key, value]) =>
        key.toLowerCase() === 'aws:sourcearn' &&
        asTexts(value).every((arn) => /^arn:aws:cloudfront::\d{12}:distribution\/[A-Z0-9]+$/.test(arn)),
    ),
  )

export const SITE_RULES: readonly Rule[] = [strictDistributions, guardedPages, ownReaders]
