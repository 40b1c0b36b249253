import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'

import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { findModel } from '../catalogue.ts'

const INPUT = structure({ inferenceProfileIdentifier: required(text({ min: 1, max: 2048 })) })

export const getInferenceProfile: ApiOperation<object> = async (call) => {
  const { inferenceProfileIdentifier: id } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const inferenceProfileArn = `arn:aws:bedrock:${call.region}:${call.account}:inference-profile/${id}`
  await call.permit('bedrock:GetInferenceProfile', inferenceProfileArn)
  const found = findModel(id)
  if (!found?.profile)
    throw new AwsError('ResourceNotFoundException', 'The provided inference profile identifier is invalid.', 404)
  return {
    inferenceProfileId: id,
    inferenceProfileArn,
    inferenceProfileName: found.model.name,
    models: found.profile.destinations.map((region) => ({
      modelArn: `arn:aws:bedrock:${region}::foundation-model/${found.model.id}`,
    })),
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  }
}
