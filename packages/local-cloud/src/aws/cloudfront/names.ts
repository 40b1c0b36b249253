/** Names and lookups of CloudFront's resources. CloudFront is global, so lookups ignore the region. */
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { object, objects, text, texts } from '../../resource/values.ts'

export const DISTRIBUTION = 'aws:cloudfront/distribution:Distribution'
export const ORIGIN_ACCESS_CONTROL = 'aws:cloudfront/originAccessControl:OriginAccessControl'
export const RESPONSE_HEADERS_POLICY = 'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy'

/** The hosted zone id of all distributions, for alias records. */
export const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2'

/** The region of distributions' certificates and web ACLs. */
export const CLOUDFRONT_REGION = 'us-east-1'

/** An id in CloudFront's form (policies have another). */
export const newId = (situation: Situation): string => `E${situation.stableToken(13).toUpperCase()}`

/** An ETag, which changes with every change of the declaration. */
export const etagOf = (situation: Situation): string =>
  `E${situation.stableToken(13, JSON.stringify(situation.inputs)).toUpperCase()}`

/** The behaviours of a distribution, the default one last. */
export const behavioursOf = (inputs: Properties): readonly Properties[] => [
  ...objects(inputs, 'orderedCacheBehaviors'),
  object(inputs, 'defaultCacheBehavior') ?? {},
]

/** All names that a distribution serves. */
export const namesOf = ({ inputs, outputs }: Pick<Declared, 'inputs' | 'outputs'>): readonly string[] =>
  [text(outputs, 'domainName') ?? '', ...texts(inputs, 'aliases')].map((name) => name.toLowerCase())

/** The distribution that serves a host name. */
export const distributionOf = (ledger: LedgerView, host: string): Declared | undefined =>
  ledger.all(DISTRIBUTION).find((one) => namesOf(one).includes(host.toLowerCase()))
