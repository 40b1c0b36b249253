/** Whether Elastic Load Balancing may write its logs to a bucket: it tries when logging is turned on. */
import { AwsError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { asObject, known } from '../../resource/values.ts'
import { listed, parsePolicy } from '../iam/policy-document.ts'

export const BUCKET = 'aws:s3/bucket:Bucket'
export const BUCKET_POLICY = 'aws:s3/bucketPolicy:BucketPolicy'
const ENCRYPTION = 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'

const DELIVERY = 'logdelivery.elasticloadbalancing.amazonaws.com'

/** @throws AwsError as ELB does for a bucket that it cannot write to. */
export function requireLogDelivery(situation: Situation, bucketName: string, prefix: string | undefined): void {
  const { ledger, account, region } = situation
  const bucket = ledger.find(BUCKET, bucketName)
  if (!bucket) throw new AwsError('InvalidConfigurationRequest', `S3Bucket: ${bucketName} does not exist`)
  if (bucket.region !== region)
    throw new AwsError('InvalidConfigurationRequest', `The bucket ${bucketName} is not in the load balancer's region.`)
  const denied = new AwsError(
    'InvalidConfigurationRequest',
    `Access Denied for bucket: ${bucketName}. Please check S3bucket permission`,
  )
  const key = `${prefix === undefined ? '' : `${prefix}/`}AWSLogs/${account}/ELBAccessLogTestFile`
  const resource = `arn:aws:s3:::${bucketName}/${key}`
  const statements = ledger
    .all(BUCKET_POLICY)
    .filter(({ inputs }) => inputs.bucket === bucketName)
    .flatMap(({ inputs }) => parsePolicy(known(inputs, 'policy')))
  // Whether the delivery names its source is told both ways, and creations have failed on such conditions: the strict side.
  const applying = statements.filter((statement) => applies(statement, resource, { 'aws:SecureTransport': 'true' }))
  if (applying.some(({ Effect }) => Effect === 'Deny') || !applying.some(({ Effect }) => Effect === 'Allow'))
    throw denied
  // Log delivery has no key of ours: SSE-S3 only.
  const rules = ledger.all(ENCRYPTION).filter(({ inputs }) => inputs.bucket === bucketName)
  if (JSON.stringify(rules.map(({ inputs }) => inputs.rules ?? null)).includes('"aws:kms')) throw denied
}

function applies(statement: Properties, resource: string, context: Readonly<Record<string, string>>): boolean {
  const { Principal, Action, Resource, Condition } = statement
  const everybody = Principal === '*' || asObject(Principal)?.AWS === '*'
  return (
    (everybody || listed(asObject(Principal)?.Service).includes(DELIVERY)) &&
    listed(Action).some((pattern) => matches(pattern, 's3:PutObject')) &&
    listed(Resource).some((pattern) => matches(pattern, resource)) &&
    Object.entries(asObject(Condition) ?? {}).every(([operator, keys]) =>
      holds(operator, asObject(keys) ?? {}, context),
    )
  )
}

/** Of the conditions that make sense for log delivery; an unknown one does not hold. */
function holds(operator: string, keys: Properties, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(keys).every(([key, patterns]: [string, Value]) => {
    const value = context[key]
    if (value === undefined) return false
    if (operator === 'Bool') return listed(patterns).includes(value)
    return /^String(Equals|Like)$/.test(operator) && listed(patterns).some((pattern) => matches(pattern, value))
  })
}

function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i').test(value)
}
