/** What CloudFront's resources are called, and where they are found: CloudFront is global, so no region has a part in it. */
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { object, objects, text, texts } from '../../resource/values.ts'

export const DISTRIBUTION = 'aws:cloudfront/distribution:Distribution'
export const ORIGIN_ACCESS_CONTROL = 'aws:cloudfront/originAccessControl:OriginAccessControl'
export const RESPONSE_HEADERS_POLICY = 'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy'

/** Hosted zone of every distribution's name, for alias records. */
export const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2'

/** Where certificates and web ACLs of distributions live. */
export const CLOUDFRONT_REGION = 'us-east-1'

/** As CloudFront makes ids up, other than those of policies. */
export const newId = (situation: Situation): string => `E${situation.stableToken(13).toUpperCase()}`

/** Another one with every change of what is declared. */
export const etagOf = (situation: Situation): string =>
  `E${situation.stableToken(13, JSON.stringify(situation.inputs)).toUpperCase()}`

/** The behaviours of a distribution, the default one last. */
export const behavioursOf = (inputs: Properties): readonly Properties[] => [
  ...objects(inputs, 'orderedCacheBehaviors'),
  object(inputs, 'defaultCacheBehavior') ?? {},
]

/** All names that a distribution answers to. */
export const namesOf = ({ inputs, outputs }: Pick<Declared, 'inputs' | 'outputs'>): readonly string[] =>
  [text(outputs, 'domainName') ?? '', ...texts(inputs, 'aliases')].map((name) => name.toLowerCase())

/** The distribution that a host name leads to. */
export const distributionOf = (ledger: LedgerView, host: string): Declared | undefined =>
  ledger.all(DISTRIBUTION).find((one) => namesOf(one).includes(host.toLowerCase()))
