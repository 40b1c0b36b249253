/** The part of Amazon Bedrock's control plane that describes models. */
import type { Api } from '../../../wire/protocol/api.ts'
import { restJson } from '../../../wire/protocol/rest.ts'
import { deleteEnforcedGuardrailConfiguration as DeleteEnforcedGuardrailConfiguration } from './delete-enforced-guardrail-configuration.ts'
import { getFoundationModel as GetFoundationModel } from './get-foundation-model.ts'
import { getFoundationModelAvailability as GetFoundationModelAvailability } from './get-foundation-model-availability.ts'
import { getInferenceProfile as GetInferenceProfile } from './get-inference-profile.ts'
import { getModelInvocationLoggingConfiguration as GetModelInvocationLoggingConfiguration } from './get-model-invocation-logging-configuration.ts'
import { listEnforcedGuardrailsConfiguration as ListEnforcedGuardrailsConfiguration } from './list-enforced-guardrails-configuration.ts'
import { putEnforcedGuardrailConfiguration as PutEnforcedGuardrailConfiguration } from './put-enforced-guardrail-configuration.ts'

export const BEDROCK_CONTROL: Api<object> = {
  name: 'bedrock',
  protocol: restJson({
    DeleteEnforcedGuardrailConfiguration: 'DELETE /enforcedGuardrailsConfiguration/{configId}',
    GetFoundationModel: 'GET /foundation-models/{modelIdentifier}',
    GetFoundationModelAvailability: 'GET /foundation-model-availability/{modelId}',
    GetInferenceProfile: 'GET /inference-profiles/{inferenceProfileIdentifier}',
    GetModelInvocationLoggingConfiguration: 'GET /logging/modelinvocations',
    ListEnforcedGuardrailsConfiguration: 'GET /enforcedGuardrailsConfiguration',
    PutEnforcedGuardrailConfiguration: 'PUT /enforcedGuardrailsConfiguration',
  }),
  operations: {
    DeleteEnforcedGuardrailConfiguration,
    GetFoundationModel,
    GetFoundationModelAvailability,
    GetInferenceProfile,
    GetModelInvocationLoggingConfiguration,
    ListEnforcedGuardrailsConfiguration,
    PutEnforcedGuardrailConfiguration,
  },
}
