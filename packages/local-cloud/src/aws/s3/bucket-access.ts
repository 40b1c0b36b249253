/** Whether a bucket's policy allows a call of an AWS service, or of a caller without credentials. */
import { arnLike } from '../../iam/arn-like.ts'
import type { LedgerView, Properties } from '../../ledger/ledger.ts'
import { asObject, known } from '../../resource/values.ts'
import { wildcard } from '../../wildcard.ts'
import { listed, parsePolicy } from '../iam/policy-document.ts'

export const BUCKET_POLICY = 'aws:s3/bucketPolicy:BucketPolicy'

export interface BucketCall {
  /** Such as `cloudfront.amazonaws.com`; absent for a request that is not signed. */
  readonly service?: string
  readonly action: string
  readonly resource: string
  /** Condition keys besides `aws:SecureTransport`, which is true because every call here uses TLS. */
  readonly context: Readonly<Record<string, string>>
}

/** There must be an allow and no deny. Such callers have no policies of their own, so the bucket's policy alone decides. */
export function bucketLetsIn(ledger: LedgerView, bucketName: string, call: BucketCall): boolean {
  const context = { 'aws:SecureTransport': 'true', ...call.context }
  const applying = ledger
    .all(BUCKET_POLICY)
    .filter(({ inputs }) => inputs.bucket === bucketName)
    .flatMap(({ inputs }) => parsePolicy(known(inputs, 'policy')))
    .filter((statement) => applies(statement, { ...call, context }))
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny')
}

function applies(statement: Properties, { service, action, resource, context }: BucketCall): boolean {
  const { Effect, Principal, Action, Resource, Condition } = statement
  // `NotAction` and similar elements are not evaluated: a statement with one allows nothing and denies everything.
  if (EXCEPTIONS.some((name) => statement[name] !== undefined)) return Effect === 'Deny'
  const everybody = Principal === '*' || listed(asObject(Principal)?.AWS).includes('*')
  return (
    (everybody || (service !== undefined && listed(asObject(Principal)?.Service).includes(service))) &&
    listed(Action).some((pattern) => wildcard(pattern, 'i').test(action)) &&
    listed(Resource).some((pattern) => wildcard(pattern).test(resource)) &&
    Object.entries(asObject(Condition) ?? {}).every(([operator, keys]) => {
      const matches = OPERATORS[operator]
      return matches ? holds(matches, asObject(keys) ?? {}, context) : Effect === 'Deny'
    })
  )
}

const EXCEPTIONS = ['NotPrincipal', 'NotAction', 'NotResource']

type Matches = (wanted: string, got: string) => boolean

/** The operators that are evaluated for a service. A statement with another operator allows nothing and denies everything. */
const OPERATORS: Readonly<Record<string, Matches>> = {
  Bool: (wanted, got) => wanted === got,
  StringEquals: (wanted, got) => wanted === got,
  StringLike: (wanted, got) => wildcard(wanted).test(got),
  ArnEquals: arnLike,
  ArnLike: arnLike,
}

/** Names of condition keys are compared without regard to case. */
function holds(matches: Matches, keys: Properties, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(keys).every(([key, wanted]) => {
    const got = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]
    return got !== undefined && listed(wanted).some((one) => matches(one, got))
  })
}
