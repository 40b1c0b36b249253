/** Whether a bucket's policy lets an AWS service, or anybody without credentials, do something. */
import type { LedgerView, Properties, Value } from '../../ledger/ledger.ts'
import { asObject, known } from '../../resource/values.ts'
import { wildcard } from '../../wildcard.ts'
import { listed, parsePolicy } from '../iam/policy-document.ts'

export const BUCKET_POLICY = 'aws:s3/bucketPolicy:BucketPolicy'

export interface BucketCall {
  /** Such as `cloudfront.amazonaws.com`; absent for a request that nobody has signed. */
  readonly service?: string
  readonly action: string
  readonly resource: string
  /** Condition keys beyond `aws:SecureTransport`: every call here is over TLS. */
  readonly context: Readonly<Record<string, string>>
}

/** An allow and no deny; for a principal without policies of its own the bucket's policy is all there is. */
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
  const everybody = Principal === '*' || asObject(Principal)?.AWS === '*'
  return (
    (everybody || (service !== undefined && listed(asObject(Principal)?.Service).includes(service))) &&
    listed(Action).some((pattern) => matches(pattern, action)) &&
    listed(Resource).some((pattern) => matches(pattern, resource)) &&
    Object.entries(asObject(Condition) ?? {}).every(([operator, keys]) =>
      KNOWN.test(operator) ? holds(operator, asObject(keys) ?? {}, context) : Effect === 'Deny',
    )
  )
}

/** The operators that make sense for a service: of others it is assumed that they allow nothing and deny everything. */
const KNOWN = /^(Bool|(String|Arn)(Equals|Like))$/

/** Names of keys are compared without case. */
function holds(operator: string, keys: Properties, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(keys).every(([key, patterns]: [string, Value]) => {
    const value = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]
    if (value === undefined) return false
    if (operator === 'Bool') return listed(patterns).includes(value)
    return listed(patterns).some((pattern) => matches(pattern, value))
  })
}

const matches = (pattern: string, value: string) => wildcard(pattern, 'i').test(value)
