/** The bucket of the load balancer's access logs. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { PREFIX } from '../shared/naming.ts'
import { ACCESS_LOG_PREFIX, accessLogBucketPolicy } from '../shared/policies/access-logs.ts'
import type { HubTags } from './tags.ts'

const RETENTION_DAYS = 365

export interface AccessLogsArgs {
  readonly account: string
  readonly region: string
  readonly deletionProtection: boolean
  readonly tags: HubTags
}

export interface AccessLogs {
  readonly bucket: pulumi.Output<string>
  readonly prefix: string
  /** AWS writes a test object when a load balancer is pointed here: the policy must be in force. */
  readonly writable: pulumi.Resource
}

export function accessLogs(name: string, args: AccessLogsArgs, opts: pulumi.CustomResourceOptions): AccessLogs {
  const { account, region } = args
  const bucket = new aws.s3.Bucket(
    name,
    // Bucket names are everybody's: account and region make it this hub's.
    { bucket: `${PREFIX}-access-logs-${account}-${region}`, forceDestroy: !args.deletionProtection, tags: args.tags },
    { ...opts, protect: args.deletionProtection },
  )
  const publicAccess = new aws.s3.BucketPublicAccessBlock(
    name,
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  )
  new aws.s3.BucketOwnershipControls(
    name,
    { bucket: bucket.bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } },
    opts,
  )
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    // A load balancer writes with S3's own key only.
    { bucket: bucket.bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
    opts,
  )
  new aws.s3.BucketLifecycleConfiguration(
    name,
    {
      bucket: bucket.bucket,
      rules: [{ id: 'expire', status: 'Enabled', filter: {}, expiration: { days: RETENTION_DAYS } }],
    },
    opts,
  )
  const writable = new aws.s3.BucketPolicy(
    name,
    {
      bucket: bucket.bucket,
      policy: bucket.arn.apply((bucketArn) => JSON.stringify(accessLogBucketPolicy({ account, bucketArn }))),
    },
    // One after the other: S3 answers a conflict to two changes of one bucket's access.
    { ...opts, dependsOn: [publicAccess] },
  )
  return { bucket: bucket.bucket, prefix: ACCESS_LOG_PREFIX, writable }
}
