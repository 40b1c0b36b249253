/** Buckets and their settings; tables and their items. */
import type { Situation } from '../../resource/resource-type.ts'
import { arn, flag, known, object } from '../../resource/values.ts'
import { call, changed, later, lifeCycle, newTags, ownTags, type Permissions, retag, when } from './permission.ts'

const bucketArn = (name: string) => `arn:aws:s3:::${name}`

/** The provider reads every setting of a bucket, also those that have a resource of their own. */
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

const bucket = lifeCycle((situation, { id }) => {
  const resource = bucketArn(id)
  const on = (action: string) => call(`s3:${action}`, resource)
  // Tags come with the creation, and are changed by S3's control API (terraform-provider-aws#45251); the provider falls back to
  // GetBucketTagging and PutBucketTagging where it is refused these.
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
      // Emptied when AWS says that it is not empty.
      ...when(
        flag(situation.inputs, 'forceDestroy') === true,
        on('ListBucketVersions'),
        ...['DeleteObject', 'DeleteObjectVersion'].map((action) => call(`s3:${action}`, `${resource}/*`)),
      ),
    ],
  }
})

/** A setting of a bucket: for IAM, taking it off is writing it, unless it has a name of its own. */
const setting = (get: string, put: string, remove = put): Permissions =>
  lifeCycle(({ inputs }) => {
    const on = (action: string) => [call(`s3:${action}`, bucketArn(known(inputs, 'bucket')))]
    return { create: on(put), read: on(get), update: on(put), delete: on(remove) }
  })

const TABLE_CHANGES = ['billingMode', 'deletionProtectionEnabled', 'serverSideEncryption', 'tableClass', 'attributes']

const table = lifeCycle((situation, { outputs }) => {
  const tableArn = known(outputs, 'arn')
  const on = (action: string, context = {}) =>
    call(`dynamodb:${action}`, tableArn, { ...ownTags(situation), ...context })
  // The provider compares the key with AWS's own, which it finds by its alias.
  const ownKey = call('kms:DescribeKey', arn(situation, 'kms', `key/${situation.stableToken(32, 'aws/dynamodb')}`), {
    'kms:RequestAlias': 'alias/aws/dynamodb',
  })
  const recovery = object(situation.inputs, 'pointInTimeRecovery') !== undefined
  return {
    create: [
      on('CreateTable', newTags(situation)),
      on('TagResource', newTags(situation)),
      ...when(recovery, ...later(['pointInTimeRecovery'], on('UpdateContinuousBackups'))),
    ],
    read: [
      ...['DescribeTable', 'DescribeContinuousBackups', 'DescribeTimeToLive', 'ListTagsOfResource'].map((one) =>
        on(one),
      ),
      ...when(object(situation.inputs, 'serverSideEncryption') !== undefined, ownKey),
    ],
    update: [
      ...when(changed(situation, ...TABLE_CHANGES), on('UpdateTable')),
      ...when(changed(situation, 'pointInTimeRecovery'), on('UpdateContinuousBackups')),
      ...retag(situation, { add: 'dynamodb:TagResource', remove: 'dynamodb:UntagResource' }, tableArn),
    ],
    delete: [on('DeleteTable'), on('DescribeTable')],
  }
})

const tableItem = lifeCycle((situation) => {
  const resource = arn(situation, 'dynamodb', `table/${known(situation.inputs, 'tableName')}`)
  const leading = { 'dynamodb:LeadingKeys': [leadingKey(situation)] }
  const on = (action: string) => [call(`dynamodb:${action}`, resource, leading)]
  return {
    create: on('PutItem'),
    // The table's description says which attributes an item is read by.
    read: [...on('GetItem'), call('dynamodb:DescribeTable', resource)],
    update: on('UpdateItem'),
    delete: on('DeleteItem'),
  }
})

/** The value of the hash key, which `dynamodb:LeadingKeys` is about. */
function leadingKey({ inputs }: Situation): string {
  const item = JSON.parse(known(inputs, 'item')) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  return String(Object.values(item[known(inputs, 'hashKey')] ?? {})[0])
}

export const storagePermissions: Readonly<Record<string, Permissions>> = {
  'aws:s3/bucket:Bucket': bucket,
  'aws:s3/bucketPolicy:BucketPolicy': setting('GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': setting(
    'GetBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
  ),
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': setting(
    'GetEncryptionConfiguration',
    'PutEncryptionConfiguration',
  ),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': setting(
    'GetLifecycleConfiguration',
    'PutLifecycleConfiguration',
  ),
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': setting(
    'GetBucketOwnershipControls',
    'PutBucketOwnershipControls',
  ),
  'aws:s3/bucketVersioning:BucketVersioning': setting('GetBucketVersioning', 'PutBucketVersioning'),
  'aws:dynamodb/table:Table': table,
  'aws:dynamodb/tableItem:TableItem': tableItem,
}
