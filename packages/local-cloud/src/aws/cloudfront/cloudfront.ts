/**
 * Amazon CloudFront, as far as it serves objects of private buckets: names, web ACL, methods, default root object, origin access control, error
 * pages, response headers, compression. It caches nothing: every answer is the bucket's current content.
 */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import { flag, known, number, object, objects, text, texts } from '../../resource/values.ts'
import { wildcard } from '../../wildcard.ts'
import type { Service, Surroundings, WireRequest, WireResponse } from '../../wire/service.ts'
import { bucketLetsIn } from '../s3/bucket-access.ts'
import { findObject, keyOf, type StoredObject } from '../s3/objects.ts'
import { BUCKET } from '../s3/s3-log-delivery.ts'
import { Firewall } from '../wafv2/firewall.ts'
import { compresses } from './cache-policies.ts'
import { inspectedOf } from './inspected.ts'
import { distributionOf, ORIGIN_ACCESS_CONTROL } from './names.ts'
import { withResponseHeaders } from './response-headers.ts'

type Answered = Pick<WireResponse, 'status' | 'headers'> & { readonly body: Uint8Array | string }

export function createCloudFront({ ledger, now }: Pick<Surroundings, 'ledger' | 'now'>): Service {
  const firewall = new Firewall(ledger)
  return {
    name: 'cloudfront',
    async handle(request) {
      const distribution = distributionOf(ledger, request.host)
      // The TLS host name was checked before. The request's `Host` may still name another distribution.
      const asked = (request.headers.host ?? request.host).replace(/:\d+$/, '')
      if (!distribution || distributionOf(ledger, asked)?.urn !== distribution.urn)
        return errorPage(403, 'The request could not be satisfied.')
      const blocked = firewall.block(known(distribution.outputs, 'arn'), inspectedOf(request), now())
      if (blocked)
        return {
          status: blocked.status,
          headers: Object.fromEntries(blocked.headers),
          body: typeof blocked.body === 'string' || blocked.body instanceof Uint8Array ? blocked.body : '',
        }
      return serve(ledger, distribution, request)
    },
  }
}

function serve(ledger: LedgerView, distribution: Declared, request: WireRequest): Answered {
  const { inputs } = distribution
  const [path = '/'] = request.target.split('?', 1)
  const behaviour = behaviourFor(inputs, path)
  if (!texts(behaviour, 'allowedMethods').includes(request.method))
    return errorPage(
      403,
      'This distribution is not configured to allow the HTTP request method that was used for this request.',
    )
  if (request.method === 'OPTIONS') return errorPage(403, 'The bucket has no rules for requests from other origins.')
  const root = text(inputs, 'defaultRootObject')
  const key = keyOf(path === '/' && root !== undefined ? `/${root}` : path)
  const found = key === undefined ? 400 : fromBucket(ledger, distribution, behaviour, key)
  const answer =
    typeof found === 'number' ? ownErrorPage(ledger, distribution, found) : whole(found, request, behaviour)
  const policy = text(behaviour, 'responseHeadersPolicyId')
  const headers = withResponseHeaders(ledger, policy, {
    ...answer.headers,
    'x-cache': typeof found === 'number' ? 'Error from cloudfront' : 'Miss from cloudfront',
  })
  return { ...answer, headers, body: request.method === 'HEAD' ? '' : answer.body }
}

/** The first ordered behaviour whose pattern matches, otherwise the default one. Patterns have `*` and `?`, and are case-sensitive. */
function behaviourFor(inputs: Properties, path: string): Properties {
  const matches = (pattern: string) => wildcard(pattern.replace(/^\//, '')).test(path.slice(1))
  const ordered = objects(inputs, 'orderedCacheBehaviors').find((one) => matches(known(one, 'pathPattern')))
  return ordered ?? object(inputs, 'defaultCacheBehavior') ?? {}
}

/**
 * Fetches from the bucket. If the origin access control says so, the request is signed as the distribution; the bucket's policy then decides.
 */
function fromBucket(
  ledger: LedgerView,
  { inputs, outputs, account }: Declared,
  behaviour: Properties,
  key: string,
): StoredObject | 403 | 404 {
  const origin = objects(inputs, 'origins').find((one) => one.originId === behaviour.targetOriginId) ?? {}
  const host = known(origin, 'domainName')
  const bucket = ledger.findBy(BUCKET, 'bucketRegionalDomainName', host)
  if (!bucket) return 404
  const control = ledger.find(ORIGIN_ACCESS_CONTROL, known(origin, 'originAccessControlId'))
  const signed = control !== undefined && control.inputs.signingBehavior !== 'never'
  const caller = signed
    ? {
        service: 'cloudfront.amazonaws.com',
        context: { 'aws:SourceArn': known(outputs, 'arn'), 'aws:SourceAccount': account },
      }
    : { context: {} }
  const lets = (action: string, resource: string) => bucketLetsIn(ledger, bucket.id, { ...caller, action, resource })
  const path = (text(origin, 'originPath') ?? '').replace(/^\//, '')
  const full = path === '' ? key : `${path}/${key}`
  const arn = `arn:aws:s3:::${bucket.id}`
  if (full === '' || !lets('s3:GetObject', `${arn}/${full}`)) return 403
  // A caller who may not list a bucket is not told that an object does not exist.
  return findObject(ledger, bucket.id, full) ?? (lets('s3:ListBucket', arn) ? 404 : 403)
}

function ownErrorPage(ledger: LedgerView, distribution: Declared, status: number): Answered {
  const page = objects(distribution.inputs, 'customErrorResponses').find((one) => number(one, 'errorCode') === status)
  const path = page && text(page, 'responsePagePath')
  const found = path && fromBucket(ledger, distribution, behaviourFor(distribution.inputs, path), path.slice(1))
  // No error page is declared, or it does not exist either: the original error is returned.
  if (typeof found !== 'object')
    return { status, headers: { 'content-type': 'application/xml' }, body: S3_ERRORS[status] ?? '' }
  return { status: number(page ?? {}, 'responseCode') ?? status, headers: found.headers, body: found.bytes }
}

const S3_ERRORS: Readonly<Record<number, string>> = {
  400: "<Error><Code>InvalidURI</Code><Message>Couldn't parse the specified URI.</Message></Error>",
  403: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
  404: '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>',
}

function whole({ bytes, headers }: StoredObject, request: WireRequest, behaviour: Properties): Answered {
  const etags = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  if (etags.includes(headers.etag ?? '')) return { status: 304, headers, body: '' }
  const encoding = encodingFor(request, headers, bytes, behaviour)
  if (encoding === undefined) return { status: 200, headers, body: bytes }
  const packed = { ...headers, etag: `W/${headers.etag}`, vary: 'accept-encoding', 'content-encoding': encoding }
  return { status: 200, headers: packed, body: PACK[encoding](bytes) }
}

const PACK = {
  br: (bytes: Uint8Array) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
}

/** The types that CloudFront compresses, if they have 1,000 to 10,000,000 bytes. */
const PACKED =
  /^(application\/(javascript|json|manifest\+json|xml)|image\/svg\+xml|text\/(css|html|javascript|plain|xml))\b/

function encodingFor(
  { headers: sent }: WireRequest,
  headers: Readonly<Record<string, string>>,
  { byteLength }: Uint8Array,
  behaviour: Properties,
): keyof typeof PACK | undefined {
  if (!compresses(known(behaviour, 'cachePolicyId'), flag(behaviour, 'compress') === true)) return undefined
  if (headers['content-encoding'] !== undefined || !PACKED.test(headers['content-type'] ?? '')) return undefined
  if (byteLength < 1_000 || byteLength > 10_000_000) return undefined
  const accepted = (sent['accept-encoding'] ?? '').split(',').map((one) => one.trim().split(';')[0])
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : undefined
}

const errorPage = (status: number, words: string): Answered => ({
  status,
  headers: { 'content-type': 'text/html', server: 'CloudFront', 'x-cache': 'Error from cloudfront' },
  body: `<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>${status} ERROR</H1>${words}</BODY></HTML>\n`,
})
