/** `aws.cloudfront.ResponseHeadersPolicy`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { autoName, known, object, objects, uuid } from '../../../resource/values.ts'
import { DISTRIBUTION, etagOf, RESPONSE_HEADERS_POLICY } from '../names.ts'

const SECURITY: Readonly<Record<string, readonly string[]>> = {
  contentSecurityPolicy: ['contentSecurityPolicy', 'override'],
  contentTypeOptions: ['override'],
  frameOptions: ['frameOption', 'override'],
  referrerPolicy: ['referrerPolicy', 'override'],
  strictTransportSecurity: ['accessControlMaxAgeSec', 'includeSubdomains', 'preload', 'override'],
}

/** Headers that have a field of their own in the policy, or that CloudFront sets itself. As custom headers they are refused. */
const NOT_CUSTOM = new Set([
  ...['content-security-policy', 'referrer-policy', 'strict-transport-security', 'x-content-type-options'],
  ...['x-frame-options', 'x-xss-protection', 'connection', 'content-length', 'transfer-encoding', 'via', 'host'],
])

const REFERRERS = [
  ...['no-referrer', 'no-referrer-when-downgrade', 'origin', 'origin-when-cross-origin', 'same-origin'],
  ...['strict-origin', 'strict-origin-when-cross-origin', 'unsafe-url'],
]

/** Quotas in CloudFront's developer guide: the number of custom headers of a policy, and the total length of their values. */
const MOST_CUSTOM = 10
const MOST_CHARACTERS = 10_240

const invalid = (message: string) => new AwsError('InvalidArgument', message)

export const responseHeadersPolicy: ResourceType = {
  type: RESPONSE_HEADERS_POLICY,
  inputs: [
    'name',
    'comment',
    ...Object.entries(SECURITY).flatMap(([part, names]) =>
      names.map((name) => `securityHeadersConfig.${part}.${name}`),
    ),
    ...['header', 'value', 'override'].map((name) => `customHeadersConfig.items.${name}`),
    'removeHeadersConfig.items.header',
  ],
  named: 'name',
  replaces: [],
  heldCode: 'ResponseHeadersPolicyInUse',
  heldThrough: [`${DISTRIBUTION}.defaultCacheBehavior`, `${DISTRIBUTION}.orderedCacheBehaviors`],
  refuse(situation) {
    const { inputs, ledger, account, urn } = situation
    const name = autoName(situation)
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(name)) throw invalid(`The name ${name} is not valid.`)
    const taken = ledger.all(RESPONSE_HEADERS_POLICY).filter((one) => one.account === account && one.urn !== urn)
    if (taken.some(({ outputs }) => outputs.name === name))
      throw new AwsError(
        'ResponseHeadersPolicyAlreadyExists',
        'A response headers policy with this name already exists in this account.',
        409,
      )
    const security = object(inputs, 'securityHeadersConfig') ?? {}
    const referrer = object(security, 'referrerPolicy')?.referrerPolicy
    if (referrer !== undefined && !REFERRERS.includes(String(referrer)))
      throw invalid(`referrerPolicy must be one of ${REFERRERS.join(', ')}`)
    const frame = object(security, 'frameOptions')?.frameOption
    if (frame !== undefined && frame !== 'DENY' && frame !== 'SAMEORIGIN')
      throw invalid('frameOption must be DENY or SAMEORIGIN')
    refuseCustom(situation)
  },
  answer(situation) {
    const id = uuid(situation)
    return {
      id,
      outputs: {
        name: autoName(situation),
        arn: `arn:aws:cloudfront::${situation.account}:response-headers-policy/${id}`,
        etag: etagOf(situation),
      },
    }
  },
  permissions: lifeCycle((_, { outputs }) => {
    const on = (action: string) => [call(`cloudfront:${action}ResponseHeadersPolicy`, known(outputs, 'arn'))]
    return {
      create: [call('cloudfront:CreateResponseHeadersPolicy')],
      read: on('Get'),
      update: on('Update'),
      delete: on('Delete'),
    }
  }),
}

function refuseCustom({ inputs }: Situation): void {
  const custom = objects(object(inputs, 'customHeadersConfig') ?? {}, 'items')
  if (custom.length > MOST_CUSTOM)
    throw new AwsError('TooManyCustomHeadersInResponseHeadersPolicy', `More than ${MOST_CUSTOM} custom headers.`)
  for (const { header, value } of custom) {
    if (NOT_CUSTOM.has(String(header).toLowerCase()) || /^x-(amz|edge)-/i.test(String(header)))
      throw invalid(`The parameter CustomHeaders contains ${header} that is not allowed.`)
    if (/[\r\n]/.test(String(value))) throw invalid(`The value of ${header} has more than one line.`)
  }
  const csp = object(object(inputs, 'securityHeadersConfig') ?? {}, 'contentSecurityPolicy')?.contentSecurityPolicy
  const all = [...custom.map(({ value }) => String(value)), ...(csp === undefined ? [] : [String(csp)])].join('')
  if (all.length > MOST_CHARACTERS)
    throw new AwsError('TooLongCSPInResponseHeadersPolicy', `The headers have more than ${MOST_CHARACTERS} characters.`)
  if (csp === '') throw new UnsupportedError('an empty content security policy')
}
