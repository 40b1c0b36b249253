/** `aws.s3.BucketVersioning`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { objects } from '../../../resource/values.ts'
import { bucketSetting, ofBucket, settingPermissions } from '../bucket-setting.ts'

export const bucketVersioning: ResourceType = {
  ...bucketSetting('aws:s3/bucketVersioning:BucketVersioning', ['versioningConfiguration.status'], ({ inputs }) => {
    const [configuration] = objects({ one: [inputs.versioningConfiguration ?? null] }, 'one')
    if (!['Enabled', 'Suspended', 'Disabled'].includes(String(configuration?.status)))
      throw new AwsError('MalformedXML', 'status must be "Enabled", "Suspended" or "Disabled"')
  }),
  permissions: settingPermissions('GetBucketVersioning', 'PutBucketVersioning'),
  importId: ofBucket,
}
