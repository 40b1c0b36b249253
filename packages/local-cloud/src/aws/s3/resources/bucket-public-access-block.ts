/** `aws.s3.BucketPublicAccessBlock`. */
import type { ResourceType } from '../../../resource/resource-type.ts'
import { bucketSetting, settingPermissions } from '../bucket-setting.ts'

export const bucketPublicAccessBlock: ResourceType = {
  ...bucketSetting('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', [
    'blockPublicAcls',
    'blockPublicPolicy',
    'ignorePublicAcls',
    'restrictPublicBuckets',
  ]),
  permissions: settingPermissions('GetBucketPublicAccessBlock', 'PutBucketPublicAccessBlock'),
}
