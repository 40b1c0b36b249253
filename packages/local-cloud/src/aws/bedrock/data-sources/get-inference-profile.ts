/** `aws.bedrock.getInferenceProfile`: one of AWS's own profiles. */

import { AwsError } from '../../../errors.ts'
import { call } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { arn, known, text } from '../../../resource/values.ts'
import { findModel } from '../catalogue.ts'

export const getInferenceProfile: InvokeType = {
  token: 'aws:bedrock/getInferenceProfile:getInferenceProfile',
  inputs: ['inferenceProfileId'],
  answer({ account, region, inputs }) {
    const id = known(inputs, 'inferenceProfileId')
    const found = findModel(id)
    if (!found?.profile)
      throw new AwsError(
        'ResourceNotFoundException',
        `reading Amazon Bedrock Inference Profile (${id}): couldn't find resource`,
        404,
      )
    return {
      inferenceProfileId: id,
      inferenceProfileArn: `arn:aws:bedrock:${region}:${account}:inference-profile/${id}`,
      inferenceProfileName: found.model.name,
      models: found.profile.destinations.map((destination) => ({
        modelArn: `arn:aws:bedrock:${destination}::foundation-model/${found.model.id}`,
      })),
      status: 'ACTIVE',
      type: 'SYSTEM_DEFINED',
    }
  },
  permissions: (asked) => [
    call(
      'bedrock:GetInferenceProfile',
      arn(asked, 'bedrock', `inference-profile/${text(asked.inputs, 'inferenceProfileId') ?? '*'}`),
    ),
  ],
}
