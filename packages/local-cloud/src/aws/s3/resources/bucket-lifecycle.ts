/** `aws.s3.BucketLifecycleConfiguration`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { objects } from '../../../resource/values.ts'
import { bucketSetting, ofBucket, settingPermissions } from '../bucket-setting.ts'

export const bucketLifecycle: ResourceType = {
  ...bucketSetting(
    'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
    [
      'rules.id',
      'rules.status',
      'rules.filter.prefix',
      'rules.expiration.days',
      'rules.noncurrentVersionExpiration.noncurrentDays',
      'rules.abortIncompleteMultipartUpload.daysAfterInitiation',
      'rules.transitions.days',
      'rules.transitions.storageClass',
      'transitionDefaultMinimumObjectSize',
    ],
    ({ inputs }) => {
      const ids = new Set<unknown>()
      for (const rule of objects(inputs, 'rules')) {
        if (rule.status !== 'Enabled' && rule.status !== 'Disabled')
          throw new AwsError('MalformedXML', 'A rule\'s status must be "Enabled" or "Disabled"')
        if (ids.has(rule.id))
          throw new AwsError(
            'InvalidArgument',
            `Rule ID must be unique. Found same ID for more than one rule: ${rule.id}`,
          )
        ids.add(rule.id)
      }
    },
  ),
  permissions: settingPermissions('GetLifecycleConfiguration', 'PutLifecycleConfiguration'),
  importId: ofBucket,
}
