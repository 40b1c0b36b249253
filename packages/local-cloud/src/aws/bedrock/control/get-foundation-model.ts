import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'

import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { findModel } from '../catalogue.ts'

const INPUT = structure({ modelIdentifier: required(text({ min: 1, max: 2048 })) })

export const getFoundationModel: ApiOperation<object> = async (call) => {
  const { modelIdentifier: id } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const modelArn = `arn:aws:bedrock:${call.region}::foundation-model/${id}`
  await call.permit('bedrock:GetFoundationModel', modelArn)
  const found = findModel(id)
  if (!found || found.profile)
    throw new AwsError('ResourceNotFoundException', `Could not resolve the foundation model from ${id}`, 404)
  const { model } = found
  const ended = model.endOfLife !== undefined && Date.parse(model.endOfLife) / 1000 <= call.now()
  if (ended) throw new AwsError('ResourceNotFoundException', 'This model version has reached the end of its life.', 404)
  return {
    modelDetails: {
      modelArn,
      modelId: id,
      modelName: model.name,
      providerName: id.split('.')[0],
      inferenceTypesSupported: model.onDemand ? ['ON_DEMAND'] : ['INFERENCE_PROFILE'],
      // Once the end of a model's life is announced, the model is a legacy one.
      modelLifecycle: { status: model.endOfLife === undefined ? 'ACTIVE' : 'LEGACY' },
    },
  }
}
