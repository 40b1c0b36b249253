/** `aws.s3.BucketOwnershipControls`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { objects } from '../../../resource/values.ts'
import { bucketSetting, settingPermissions } from '../bucket-setting.ts'

export const bucketOwnershipControls: ResourceType = {
  ...bucketSetting('aws:s3/bucketOwnershipControls:BucketOwnershipControls', ['rule.objectOwnership'], ({ inputs }) => {
    const allowed = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']
    const [rule] = objects({ rule: [inputs.rule ?? null] }, 'rule')
    if (!allowed.includes(String(rule?.objectOwnership)))
      throw new AwsError('MalformedXML', `objectOwnership must be one of ${allowed.join(', ')}`)
  }),
  permissions: settingPermissions('GetBucketOwnershipControls', 'PutBucketOwnershipControls'),
}
