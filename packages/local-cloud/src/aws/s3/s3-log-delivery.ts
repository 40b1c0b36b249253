/** Whether Elastic Load Balancing may write its logs to a bucket. It tries this when logging is turned on. */
import { AwsError } from '../../errors.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { bucketLetsIn } from './bucket-access.ts'

export const BUCKET = 'aws:s3/bucket:Bucket'
export { BUCKET_POLICY } from './bucket-access.ts'

const ENCRYPTION = 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'

const DELIVERY = 'logdelivery.elasticloadbalancing.amazonaws.com'

/** @throws AwsError as ELB does if it cannot write to the bucket. */
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
  // Sources disagree whether the delivery sends its source account and ARN, and creations with such conditions have failed. So the stricter
  // possibility is taken here: it sends neither.
  if (!bucketLetsIn(ledger, bucketName, { service: DELIVERY, action: 's3:PutObject', resource, context: {} }))
    throw denied
  // Log delivery cannot use a KMS key of the account: only SSE-S3 works.
  const rules = ledger.all(ENCRYPTION).filter(({ inputs }) => inputs.bucket === bucketName)
  if (JSON.stringify(rules.map(({ inputs }) => inputs.rules ?? null)).includes('"aws:kms')) throw denied
}
