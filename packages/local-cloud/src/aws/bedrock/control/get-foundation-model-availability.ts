/** Whether the account may call a model: it has the marketplace agreement, and its administrator has asked for access. */
import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'

import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { findModel } from '../catalogue.ts'

const INPUT = structure({ modelId: required(text({ max: 140 })) })

export const getFoundationModelAvailability: ApiOperation<object> = async (call) => {
  const { modelId } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  await call.permit('bedrock:GetFoundationModelAvailability')
  const found = findModel(modelId)
  if (!found || found.profile)
    throw new AwsError('ValidationException', 'The provided model identifier is invalid.', 400)
  // An administrator asks for access to a model, or to one of its profiles.
  const account = call.organization.accounts.find(({ id }) => id === call.account)
  const granted = account?.models.some((id) => findModel(id)?.model.id === modelId) ?? false
  const available = granted ? 'AVAILABLE' : 'NOT_AVAILABLE'
  return {
    modelId,
    agreementAvailability: { status: available },
    authorizationStatus: granted ? 'AUTHORIZED' : 'NOT_AUTHORIZED',
    entitlementAvailability: available,
    regionAvailability: 'AVAILABLE',
  }
}
