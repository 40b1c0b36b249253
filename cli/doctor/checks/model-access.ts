import { GetFoundationModelAvailabilityCommand } from '@aws-sdk/client-bedrock'
import { type Check, failed, ok } from '../check.ts'
import { ofEachModel } from '../models.ts'

export const modelAccess: Check = {
  id: 'model-access',
  of: 'tenant',
  question: 'May the account call them: access, agreement, entitlement?',
  async ask(tenant) {
    const { bedrock } = await tenant.clients()
    return await ofEachModel(tenant, async ({ id, model }) => {
      const found = await bedrock.send(new GetFoundationModelAvailabilityCommand({ modelId: model.modelId }))
      const agreement = found.agreementAvailability?.status
      const { authorizationStatus: authorization, entitlementAvailability: entitlement } = found
      const reason = found.agreementAvailability?.errorMessage
      const said = `agreement ${agreement}${reason === undefined ? '' : ` (${reason})`}, authorisation ${authorization}, entitlement ${entitlement}`
      if (agreement === 'AVAILABLE' && authorization === 'AUTHORIZED' && entitlement === 'AVAILABLE')
        return ok(said, id)
      return failed(
        said,
        `The account's administrator asks for access to ${model.modelId} once, with marketplace permissions, for Anthropic's models with its form (docs/onboarding.md).`,
        id,
      )
    })
  },
}
