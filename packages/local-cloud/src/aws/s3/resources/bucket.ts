/** `aws.s3.Bucket`. */

import { AwsError } from '../../../errors.ts'
import { call, lifeCycle, newTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { flag, text } from '../../../resource/values.ts'
import { bucketArn } from '../bucket-setting.ts'
import { OBJECT } from '../objects.ts'
import { BUCKET } from '../s3-log-delivery.ts'

const NAME = /^(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)$/

const nameOf = (situation: Situation): string => {
  const prefix = text(situation.inputs, 'bucketPrefix')
  if (prefix !== undefined) return `${prefix}${situation.stableToken(26, 'name')}`
  return text(situation.inputs, 'bucket') ?? `${situation.name.toLowerCase()}-${situation.stableToken(7, 'name')}`
}

export const bucket: ResourceType = {
  type: BUCKET,
  inputs: ['bucket', 'bucketPrefix', 'forceDestroy', 'objectLockEnabled', 'tags'],
  named: 'bucket',
  replaces: ['bucket', 'bucketPrefix', 'objectLockEnabled'],
  defaults: { forceDestroy: false, objectLockEnabled: false },
  heldThrough: [],
  refuseDelete({ id, outputs }, ledger) {
    if (outputs.forceDestroy === true) return
    if (ledger.all(OBJECT).some(({ inputs }) => inputs.bucket === id))
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409)
  },
  refuse(situation) {
    const name = nameOf(situation)
    if (!NAME.test(name)) throw new AwsError('InvalidBucketName', `The specified bucket is not valid: ${name}`)
    // Bucket names are unique among all AWS accounts.
    const taken = situation.ledger
      .all(BUCKET)
      .find((other) => other.urn !== situation.urn && other.outputs.bucket === name)
    if (taken?.account === situation.account)
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
      )
    if (taken)
      throw new AwsError(
        'BucketAlreadyExists',
        'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
        409,
      )
  },
  answer(situation) {
    const name = nameOf(situation)
    return {
      id: name,
      outputs: {
        bucket: name,
        arn: `arn:aws:s3:::${name}`,
        bucketDomainName: `${name}.s3.amazonaws.com`,
        bucketRegionalDomainName: `${name}.s3.${situation.region}.amazonaws.com`,
        bucketRegion: situation.region,
        hostedZoneId: 'Z3AQBSTGFYJSTF',
        forceDestroy: flag(situation.inputs, 'forceDestroy') ?? false,
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = bucketArn(id)
    const on = (action: string) => call(`s3:${action}`, resource)
    // Tags come with the creation, and are changed through S3's control API (terraform-provider-aws#45251). If that is refused, the provider
    // uses GetBucketTagging and PutBucketTagging.
    const tags = newTags(situation)
    return {
      create: [
        call('s3:CreateBucket', resource, tags),
        ...when(Object.keys(tags).length > 0, call('s3:TagResource', resource, tags)),
      ],
      read: BUCKET_READS.map(on),
      update: retag(situation, { add: 's3:TagResource', remove: 's3:UntagResource' }, resource),
      delete: [
        on('DeleteBucket'),
        // The bucket is emptied only after AWS has said that it is not empty.
        ...when(
          flag(situation.inputs, 'forceDestroy') === true,
          on('ListBucket'),
          on('ListBucketVersions'),
          ...['DeleteObject', 'DeleteObjectVersion'].map((action) => call(`s3:${action}`, `${resource}/*`)),
        ),
      ],
    }
  }),
}

/** The provider reads every setting of a bucket, also settings that have a resource of their own. */
const BUCKET_READS = [
  'GetAccelerateConfiguration',
  'GetBucketAcl',
  'GetBucketCORS',
  'GetBucketLocation',
  'GetBucketLogging',
  'GetBucketObjectLockConfiguration',
  'GetBucketPolicy',
  'GetBucketRequestPayment',
  'GetBucketVersioning',
  'GetBucketWebsite',
  'GetEncryptionConfiguration',
  'GetLifecycleConfiguration',
  'GetReplicationConfiguration',
  'ListBucket',
  'ListTagsForResource',
]
