import { guardRails } from '../../../shared/policies/service-control.ts'
import { type Check, failed, ok } from '../check.ts'
import { ofEachModel, profileOf } from '../models.ts'

/** A request through a profile is checked in the region that it is sent to, by the role's policy and by the guard rails. */
export const modelRegions: Check = {
  id: 'model-regions',
  of: 'tenant',
  question: 'Do the policies and the guard rails allow every region that the profiles send requests to?',
  async ask(tenant) {
    const { bedrock } = await tenant.clients()
    const { settings, region } = tenant
    return await ofEachModel(tenant, async ({ id, model }) => {
      if (model.kind !== 'inferenceProfile') return undefined
      const profile = await profileOf(bedrock, id)
      if (!profile?.models) return undefined
      const regions = profile.models.map(({ modelArn = '' }) => modelArn.split(':')[3] ?? '')
      const allowed = allowedRegions(guardRails({ region, modelIds: [id], modelRegions: settings.modelRegions }))
      // A `global` profile names no region.
      const refused = regions.filter((one) => !allowed.includes(one === '' ? 'unspecified' : one))
      const said = `AWS sends them to ${regions.map((one) => one || 'any region').join(', ')}`
      if (refused.length === 0) return ok(`${said}; all are allowed`, id)
      return failed(
        `${said}; not allowed: ${refused.join(', ')}. A request that is sent there is denied.`,
        `Set modelRegions in Pulumi.${tenant.stack}.yaml: ${model.geography}: [${[...new Set(regions)].join(', ')}], and attach the guard rails anew (npm run genai -- guardrails).`,
        id,
      )
    })
  },
}

/** The statement that limits the regions of models, as the project prints it for the organisation's policy. */
function allowedRegions({ Statement }: ReturnType<typeof guardRails>): readonly string[] {
  const statement = Statement.find(({ Sid }) => Sid === 'RegionsOfModels')
  return [statement?.Condition?.StringNotEquals?.['aws:RequestedRegion'] ?? []].flat()
}
