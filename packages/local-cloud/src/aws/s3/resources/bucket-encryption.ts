/** `aws.s3.BucketServerSideEncryptionConfiguration`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { objects } from '../../../resource/values.ts'
import { bucketSetting, ofBucket, settingPermissions } from '../bucket-setting.ts'

export const bucketEncryption: ResourceType = {
  ...bucketSetting(
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
    [
      'rules.applyServerSideEncryptionByDefault.sseAlgorithm',
      'rules.applyServerSideEncryptionByDefault.kmsMasterKeyId',
      'rules.bucketKeyEnabled',
    ],
    ({ inputs }) => {
      const allowed = ['AES256', 'aws:kms', 'aws:kms:dsse']
      for (const rule of objects(inputs, 'rules')) {
        const [algorithm] = objects({ rule: [rule.applyServerSideEncryptionByDefault ?? null] }, 'rule')
        if (!allowed.includes(String(algorithm?.sseAlgorithm)))
          throw new AwsError('MalformedXML', `sseAlgorithm must be one of ${allowed.join(', ')}`)
      }
    },
  ),
  permissions: settingPermissions('GetEncryptionConfiguration', 'PutEncryptionConfiguration'),
  importId: ofBucket,
}
