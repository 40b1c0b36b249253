/** The page's bucket, which only the distribution may read. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { siteBucketName } from '../shared/naming.ts'
import { siteBucketPolicy } from '../shared/policies/site-bucket.ts'
import type { SiteTags } from './tags.ts'

/** AWS charges for the parts of an interrupted upload until they are deleted. */
const UNFINISHED_DAYS = 7

export interface BucketArgs {
  readonly account: string
  readonly region: string
  readonly tags: SiteTags
}

export function bucket(
  name: string,
  { account, region, tags }: BucketArgs,
  opts: pulumi.CustomResourceOptions,
): aws.s3.Bucket {
  const pages = new aws.s3.Bucket(
    name,
    // Every deployment builds the contents again, so nothing is lost when the bucket is deleted.
    { bucket: siteBucketName(account, region), forceDestroy: true, tags },
    opts,
  )
  const of = { bucket: pages.bucket }
  new aws.s3.BucketOwnershipControls(name, { ...of, rule: { objectOwnership: 'BucketOwnerEnforced' } }, opts)
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    // S3's own key. A KMS key would have to admit CloudFront as well, and the contents are public anyway.
    { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
    opts,
  )
  new aws.s3.BucketLifecycleConfiguration(
    name,
    {
      ...of,
      rules: [
        {
          id: 'unfinished',
          status: 'Enabled',
          filter: {},
          abortIncompleteMultipartUpload: { daysAfterInitiation: UNFINISHED_DAYS },
        },
      ],
    },
    opts,
  )
  return pages
}

export interface LetInArgs {
  readonly bucket: pulumi.Input<string>
  readonly bucketArn: pulumi.Input<string>
  readonly distributionArn: pulumi.Input<string>
}

/** @returns the resource that must exist before the page is served */
export function letIn(name: string, args: LetInArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  const publicAccess = new aws.s3.BucketPublicAccessBlock(
    name,
    {
      bucket: args.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  )
  return new aws.s3.BucketPolicy(
    name,
    {
      bucket: args.bucket,
      policy: pulumi
        .all([args.bucketArn, args.distributionArn])
        .apply(([bucketArn, distributionArn]) => JSON.stringify(siteBucketPolicy({ bucketArn, distributionArn }))),
    },
    // Made one after the other, because S3 answers simultaneous changes of a bucket's access with a conflict.
    { ...opts, dependsOn: [publicAccess] },
  )
}
