import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../ledger/ledger.ts'
import { Declarer, HUB, TENANT1 } from '../../testing/declarer.ts'
import { organization } from '../../testing/organization.ts'
import type { Service, WireRequest, WireResponse } from '../../wire/service.ts'
import { createS3 } from '../s3/s3.ts'
import { createCloudFront } from './cloudfront.ts'
import { DISTRIBUTION, ORIGIN_ACCESS_CONTROL, RESPONSE_HEADERS_POLICY } from './names.ts'

const BUCKET = 'aws:s3/bucket:Bucket'
const OBJECT = 'aws:s3/bucketObjectv2:BucketObjectv2'
const POLICY = 'aws:s3/bucketPolicy:BucketPolicy'
const ACL = 'aws:wafv2/webAcl:WebAcl'
const CERTIFICATE = 'arn:aws:acm:us-east-1:111111111111:certificate/11111111-2222-3333-4444-555555555555'
const IN_EUROPE = CERTIFICATE.replace('us-east-1', 'eu-west-1')
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6'
const SITE = 'chat.example.com'

const visibility = { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName: 'm' }

let cloud: Declarer
let cloudFront: Service

const certificates = { [CERTIFICATE]: SITE, [IN_EUROPE]: SITE }
const withCertificates = {
  ...organization,
  accounts: organization.accounts.map((one) => (one.id === HUB ? { ...one, certificates } : one)),
}

beforeEach(async () => {
  cloud = new Declarer(withCertificates)
  cloudFront = createCloudFront({ ledger: cloud.ledger, now: () => 1_800_000_000 })
  await cloud.make(BUCKET, 'b', { bucket: 'pages' })
  await cloud.make(ORIGIN_ACCESS_CONTROL, 'oac', {
    name: 'pages',
    originAccessControlOriginType: 's3',
    signingBehavior: 'always',
    signingProtocol: 'sigv4',
  })
  await cloud.make(OBJECT, 'index', {
    bucket: 'pages',
    key: 'index.html',
    content: `<!doctype html>${' '.repeat(2000)}`,
    contentType: 'text/html; charset=utf-8',
    cacheControl: 'no-cache',
  })
})

const oac = () => cloud.ledger.all(ORIGIN_ACCESS_CONTROL)[0]?.id ?? ''

const inputs = (changes: Properties = {}): Properties => ({
  enabled: true,
  defaultRootObject: 'index.html',
  aliases: [SITE],
  origins: [{ originId: 's3', domainName: 'pages.s3.us-east-1.amazonaws.com', originAccessControlId: oac() }],
  defaultCacheBehavior: {
    targetOriginId: 's3',
    allowedMethods: ['GET', 'HEAD'],
    cachedMethods: ['GET', 'HEAD'],
    cachePolicyId: CACHING_OPTIMIZED,
    compress: true,
    viewerProtocolPolicy: 'redirect-to-https',
  },
  restrictions: { geoRestriction: { restrictionType: 'none' } },
  viewerCertificate: {
    acmCertificateArn: CERTIFICATE,
    minimumProtocolVersion: 'TLSv1.2_2021',
    sslSupportMethod: 'sni-only',
  },
  ...changes,
})

const distribute = (changes: Properties = {}) => cloud.make(DISTRIBUTION, 'd', inputs(changes))
const refusal = (changes: Properties) => cloud.refusal(DISTRIBUTION, 'd', inputs(changes))

async function open(sourceArn?: string): Promise<void> {
  const arn = sourceArn ?? String(cloud.ledger.all(DISTRIBUTION)[0]?.outputs.arn)
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::pages/*',
    Condition: { StringEquals: { 'AWS:SourceArn': arn } },
  }
  await cloud.make(POLICY, 'p', {
    bucket: 'pages',
    policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  })
}

const ask = (target: string, more: Partial<WireRequest> = {}, service = cloudFront): Promise<WireResponse> =>
  service.handle({
    method: 'GET',
    target,
    host: SITE,
    headers: { host: SITE, 'user-agent': 'test' },
    body: new Uint8Array(),
    context: { 'aws:SourceIp': '198.51.100.10' },
    region: 'us-east-1',
    ...more,
  } as WireRequest)

describe('a distribution', () => {
  it('serves its bucket only where the policy of the bucket names it', async () => {
    await distribute()
    expect((await ask('/')).status).toBe(403)
    await open('arn:aws:cloudfront::111111111111:distribution/EANOTHER')
    expect((await ask('/')).status).toBe(403)
    await open()
    const { status, headers, body } = await ask('/')
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ])
    expect(String(body)).toContain('<!doctype html>')
    // Nobody else reads the bucket: not anybody, and not a distribution whose requests are not signed.
    const direct = { host: 'pages.s3.us-east-1.amazonaws.com' }
    expect((await ask('/index.html', direct, createS3({ ledger: cloud.ledger }))).status).toBe(403)
    await cloud.make(ORIGIN_ACCESS_CONTROL, 'oac', {
      name: 'pages',
      originAccessControlOriginType: 's3',
      signingBehavior: 'never',
      signingProtocol: 'sigv4',
    })
    expect((await ask('/')).status).toBe(403)
  })

  it('tells nothing of what is not there, unless a page is declared for it', async () => {
    await distribute()
    await open()
    expect(await ask('/none')).toMatchObject({ status: 403, headers: { 'x-cache': 'Error from cloudfront' } })
    await distribute({
      customErrorResponses: [{ errorCode: 403, responseCode: 404, responsePagePath: '/index.html' }],
    })
    expect(await ask('/none')).toMatchObject({ status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } })
  })

  it('answers its own names and methods only', async () => {
    await distribute()
    await open()
    expect((await ask('/', { method: 'POST' })).status).toBe(403)
    expect((await ask('/', { headers: { host: 'other.example.com' } })).status).toBe(403)
    expect((await ask('/', { host: 'other.example.com' })).status).toBe(403)
    expect((await ask('/', { method: 'HEAD' })).body).toBe('')
  })

  it('packs, and answers 304', async () => {
    await distribute()
    await open()
    const packed = await ask('/', {
      headers: { host: SITE, 'accept-encoding': 'gzip, deflate, br', 'user-agent': 't' },
    })
    expect(packed.headers['content-encoding']).toBe('br')
    expect((packed.body as Uint8Array).byteLength).toBeLessThan(200)
    const { etag = '' } = packed.headers
    expect((await ask('/', { headers: { host: SITE, 'if-none-match': etag } })).status).toBe(304)
  })

  it('adds what its response headers policy says, in place of what the bucket says', async () => {
    const policy = await cloud.make(RESPONSE_HEADERS_POLICY, 'h', {
      name: 'strict',
      securityHeadersConfig: {
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'", override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: 'DENY', override: true },
        referrerPolicy: { referrerPolicy: 'no-referrer', override: true },
        strictTransportSecurity: { accessControlMaxAgeSec: 63072000, includeSubdomains: true, override: true },
      },
      customHeadersConfig: { items: [{ header: 'Permissions-Policy', value: 'camera=()', override: true }] },
      removeHeadersConfig: { items: [{ header: 'x-amz-server-side-encryption' }] },
    })
    const behaviour = { ...(inputs().defaultCacheBehavior as Properties), responseHeadersPolicyId: policy.id }
    await distribute({ defaultCacheBehavior: behaviour })
    await open()
    const { headers } = await ask('/')
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'permissions-policy': 'camera=()',
    })
    expect(headers).not.toHaveProperty('x-amz-server-side-encryption')
    expect(cloud.holders(policy)).toEqual([DISTRIBUTION])
  })

  it('is looked after by its web ACL', async () => {
    const acl = await cloud.make(ACL, 'acl', {
      name: 'site',
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      rules: [
        {
          name: 'rate',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: 10, aggregateKeyType: 'IP', evaluationWindowSec: 60 } },
          visibilityConfig: visibility,
        },
      ],
      visibilityConfig: visibility,
    })
    expect(acl.outputs.arn).toMatch(/^arn:aws:wafv2:us-east-1:111111111111:global\/webacl\/site\//)
    await distribute({ webAclId: String(acl.outputs.arn) })
    await open()
    const statuses = await Promise.all(Array.from({ length: 11 }, async () => (await ask('/')).status))
    expect(statuses.at(-1)).toBe(403)
    expect(statuses[0]).toBe(200)
    expect(cloud.holders(acl)).toEqual([DISTRIBUTION])
  })
})

describe('what CloudFront refuses', () => {
  it.each<[string, Properties, string]>([
    [
      'a certificate of another region',
      { viewerCertificate: { acmCertificateArn: IN_EUROPE } },
      'InvalidViewerCertificate',
    ],
    [
      'names without a certificate',
      { viewerCertificate: { cloudfrontDefaultCertificate: true } },
      'InvalidViewerCertificate',
    ],
    [
      'a name that the certificate is not for',
      { aliases: ['other.example.com'] },
      "doesn't cover the alternate domain name",
    ],
    ['a root object with a slash', { defaultRootObject: '/index.html' }, 'InvalidDefaultRootObject'],
    [
      'a web ACL that is not there',
      { webAclId: 'arn:aws:wafv2:us-east-1:111111111111:global/webacl/a/b' },
      'InvalidWebACLId',
    ],
    ['a behaviour of no origin', { origins: [] }, 'NoSuchOrigin'],
    ['half an error page', { customErrorResponses: [{ errorCode: 403, responseCode: 404 }] }, 'InvalidResponseCode'],
  ])('%s', async (_, changes, words) => {
    expect(await refusal(changes)).toContain(words)
  })

  it("another's name, and another account's parts", async () => {
    await distribute()
    expect(await cloud.refusal(DISTRIBUTION, 'second', inputs())).toContain('CNAMEAlreadyExists')
    const bare = { aliases: [], viewerCertificate: { cloudfrontDefaultCertificate: true } }
    expect(await cloud.refusal(DISTRIBUTION, 'theirs', inputs(bare), { account: TENANT1 })).toContain(
      'InvalidOriginAccessControl',
    )
  })

  it('a web ACL for distributions outside of us-east-1', async () => {
    const acl = { name: 'a', scope: 'CLOUDFRONT', defaultAction: { allow: {} }, visibilityConfig: visibility }
    expect(await cloud.refusal(ACL, 'a', acl, { region: 'eu-west-1' })).toContain('us-east-1')
  })

  it('headers that have a field of their own among the custom ones', async () => {
    const items = [{ header: 'Content-Security-Policy', value: 'x', override: true }]
    expect(await cloud.refusal(RESPONSE_HEADERS_POLICY, 'h', { customHeadersConfig: { items } })).toContain(
      'not allowed',
    )
  })
})

describe('objects', () => {
  it('are of a bucket of the same account, one at a key, and keep it from being deleted', async () => {
    expect(await cloud.refusal(OBJECT, 'x', { bucket: 'none', key: 'a', content: 'a' })).toContain('NoSuchBucket')
    expect(
      await cloud.refusal(OBJECT, 'x', { bucket: 'pages', key: 'a', content: 'a' }, { account: TENANT1 }),
    ).toContain('NoSuchBucket')
    expect(await cloud.refusal(OBJECT, 'x', { bucket: 'pages', key: 'index.html', content: 'a' })).toContain('already')
    expect(
      await cloud.refusal(OBJECT, 'x', { bucket: 'pages', key: 'a', content: 'a', contentBase64: 'YQ==' }),
    ).toContain('conflicts')
    expect(await cloud.refusal(OBJECT, 'x', { bucket: 'pages', key: 'a'.repeat(1025), content: 'a' })).toContain(
      'KeyTooLong',
    )
  })
})
