/** `aws.s3.BucketPolicy`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { parsePolicy } from '../../iam/policy-document.ts'
import { bucketSetting, settingPermissions } from '../bucket-setting.ts'
import { BUCKET_POLICY } from '../s3-log-delivery.ts'

const POLICY_LIMIT = 20_480

export const bucketPolicy: ResourceType = {
  ...bucketSetting(BUCKET_POLICY, ['policy'], ({ inputs }) => {
    const name = known(inputs, 'bucket')
    const document = known(inputs, 'policy')
    if (document.length > POLICY_LIMIT)
      throw new AwsError('MalformedPolicy', `Policy exceeds the maximum allowed size of ${POLICY_LIMIT} bytes`)
    for (const { Resource } of parsePolicy(document, 'MalformedPolicy')) {
      const resources = Array.isArray(Resource) ? Resource : [Resource]
      for (const resource of resources)
        if (resource !== `arn:aws:s3:::${name}` && !String(resource).startsWith(`arn:aws:s3:::${name}/`))
          throw new AwsError('MalformedPolicy', `Policy has invalid resource: ${String(resource)}`)
    }
  }),
  permissions: settingPermissions('GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'),
}
