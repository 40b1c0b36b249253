/** `aws.bedrockfoundation.getModel`: a foundation model by its id. */

import { AwsError } from '../../../errors.ts'
import { call } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { known, text } from '../../../resource/values.ts'
import { findModel } from '../catalogue.ts'

export const getFoundationModel: InvokeType = {
  token: 'aws:bedrockfoundation/getModel:getModel',
  inputs: ['modelId'],
  answer({ region, inputs }) {
    const modelId = known(inputs, 'modelId')
    const found = findModel(modelId)
    if (!found || found.profile)
      throw new AwsError(
        'ResourceNotFoundException',
        `reading Amazon Bedrock Foundation Model (${modelId}): couldn't find resource`,
        404,
      )
    return {
      id: modelId,
      modelId,
      modelArn: `arn:aws:bedrock:${region}::foundation-model/${modelId}`,
      modelName: found.model.name,
      inferenceTypesSupporteds: found.model.onDemand ? ['ON_DEMAND'] : ['INFERENCE_PROFILE'],
    }
  },
  permissions: ({ inputs, region }) => [
    call('bedrock:GetFoundationModel', `arn:aws:bedrock:${region}::foundation-model/${text(inputs, 'modelId') ?? '*'}`),
  ],
}
