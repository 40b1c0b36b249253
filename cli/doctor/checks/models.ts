import { GetFoundationModelCommand } from '@aws-sdk/client-bedrock'
import { type Check, failed, ok } from '../check.ts'
import { ifThere } from '../denied.ts'
import { NO_MODEL, ofEachModel, profileOf } from '../models.ts'

export const models: Check = {
  id: 'models',
  of: 'tenant',
  question: "Has Bedrock the tenant's models, and for how long?",
  async ask(tenant) {
    const { bedrock } = await tenant.clients()
    const choose = `Choose another id in models of Pulumi.${tenant.stack}.yaml: aws bedrock list-inference-profiles, aws bedrock list-foundation-models.`
    return await ofEachModel(tenant, async ({ id, model }) => {
      if (model.kind === 'inferenceProfile') {
        const profile = await profileOf(bedrock, id)
        if (profile?.status !== 'ACTIVE')
          return failed(`Bedrock has no inference profile ${id} in ${tenant.region}.`, choose, id)
      }
      const asked = new GetFoundationModelCommand({ modelIdentifier: model.modelId })
      const found = (await ifThere(bedrock.send(asked), ...NO_MODEL))?.modelDetails
      // A profile's model need not exist in the profile's own region.
      if (!found)
        return model.kind === 'inferenceProfile'
          ? ok('The profile is ACTIVE; its model is not one of this region', id)
          : failed(`Bedrock has no model ${id} in ${tenant.region}.`, choose, id)
      const { status = 'unknown', endOfLifeTime } = found.modelLifecycle ?? {}
      const ends = endOfLifeTime === undefined ? '' : `, until ${endOfLifeTime.toISOString().slice(0, 10)}`
      if (status === 'LEGACY') return failed(`${found.modelName} is LEGACY${ends}: AWS is about to end it.`, choose, id)
      const direct = found.inferenceTypesSupported?.includes('ON_DEMAND') ?? true
      if (model.kind === 'foundationModel' && !direct)
        return failed(`${found.modelName} is called through an inference profile only.`, choose, id)
      return ok(`${found.modelName}: ${status}${ends}`, id)
    })
  },
}
