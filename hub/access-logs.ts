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
  /** AWS writes a test object when a load balancer is told to log here, so the policy must be in force before. */
  readonly writable: pulumi.Resource
}

export function accessLogs(name: string, args: AccessLogsArgs, opts: pulumi.CustomResourceOptions): AccessLogs {
  const { account, region } = args
  const bucket = new aws.s3.Bucket(
    name,
    // Bucket names are unique among all AWS accounts, so this one contains account and region.
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
    // A load balancer can write only with S3's own encryption key (SSE-S3).
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
    // These are made one after the other, because S3 answers simultaneous changes of a bucket's access with a conflict.
    { ...opts, dependsOn: [publicAccess] },
  )
  return { bucket: bucket.bucket, prefix: ACCESS_LOG_PREFIX, writable }
}
