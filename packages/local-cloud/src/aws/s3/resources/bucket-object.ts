/** `aws.s3.BucketObjectv2`: an object that a program puts into a bucket. */
import { AwsError } from '../../../errors.ts'
import { call, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, object, text } from '../../../resource/values.ts'
import { bucketArn, requireBucket } from '../bucket-setting.ts'
import { bytesOf, md5Of, OBJECT } from '../objects.ts'

const KEY_LIMIT = 1024
const VERSIONING = 'aws:s3/bucketVersioning:BucketVersioning'
const CONTENTS = ['source', 'content', 'contentBase64']

const isVersioned = ({ ledger, inputs }: Situation): boolean => {
  const found = ledger.find(VERSIONING, known(inputs, 'bucket'))
  return object(found?.inputs ?? {}, 'versioningConfiguration')?.status === 'Enabled'
}

export const bucketObject: ResourceType = {
  type: OBJECT,
  inputs: ['bucket', 'key', ...CONTENTS, 'contentType', 'contentEncoding', 'cacheControl', 'sourceHash'],
  required: ['bucket', 'key'],
  replaces: ['bucket', 'key'],
  releases: ['bucket'],
  heldThrough: [],
  refuse(situation) {
    const { inputs, ledger, urn } = situation
    requireBucket(situation)
    const key = known(inputs, 'key')
    if (Buffer.byteLength(key) > KEY_LIMIT) throw new AwsError('KeyTooLongError', 'Your key is too long')
    const given = CONTENTS.filter((name) => inputs[name] !== undefined)
    // The provider's schema excludes these together.
    if (given.length > 1)
      throw new AwsError('InvalidArgument', `"${given[0]}": conflicts with ${given.slice(1).join(', ')}`)
    const same = ledger.find(OBJECT, `${known(inputs, 'bucket')}/${key}`)
    // S3 would overwrite the object without an error, and two resources would manage it.
    if (same && same.urn !== urn) throw new AwsError('PreconditionFailed', `The object ${key} is there already.`, 412)
  },
  answer({ inputs }) {
    const [bucket, key] = [known(inputs, 'bucket'), known(inputs, 'key')]
    return {
      id: `${bucket}/${key}`,
      outputs: {
        arn: `${bucketArn(bucket)}/${key}`,
        contentType: text(inputs, 'contentType') ?? 'application/octet-stream',
        etag: md5Of(bytesOf(inputs)),
        serverSideEncryption: 'AES256',
        storageClass: 'STANDARD',
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const on = (action: string) => call(`s3:${action}`, known(outputs, 'arn'))
    const bucket = bucketArn(known(situation.inputs, 'bucket'))
    const versions = [call('s3:ListBucketVersions', bucket), on('DeleteObjectVersion')]
    return {
      create: [on('PutObject')],
      // `GetObject` allows HeadObject. Without ListBucket, a missing object is refused instead of "not found".
      read: [on('GetObject'), on('GetObjectTagging'), call('s3:ListBucket', bucket)],
      update: [on('PutObject')],
      delete: [on('DeleteObject'), ...when(isVersioned(situation), ...versions)],
    }
  }),
  importId: {
    format: 'BUCKET/KEY or s3://BUCKET/KEY',
    pattern: /^(s3:\/\/)?[^/]+\/.+$/,
    of: ({ id }) => [id, `s3://${id}`],
  },
}
