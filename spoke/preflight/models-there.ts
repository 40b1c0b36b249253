/** Asks Bedrock whether a tenant's models exist. Otherwise a mistyped id would be deployed, and refused at the first request. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { unaskedBecause } from '../../shared/aws-sign-in.ts'
import { chainEntries, type ModelChains } from '../../shared/model-chain.ts'
import { parseModel } from '../../shared/policies/models.ts'
import type { SpokeSettings } from '../../shared/settings.ts'

/** Bedrock's answer about an id: it exists, it does not, it can be called through a profile only, or the deployer may not ask. */
export type Found = 'there' | 'unknown' | 'profileOnly' | { readonly unasked: string }

export type ModelLookUp = (modelId: string) => Promise<Found>

/**
 * @returns warnings about what could not be asked
 * @throws Error that names each model that Bedrock does not have in the region, or that cannot be called by that id
 */
export async function checkModels(
  { tenantId, ...chains }: { readonly tenantId: string } & ModelChains,
  region: string,
  lookUp: ModelLookUp,
): Promise<readonly string[]> {
  const answers = await Promise.all(
    chainEntries(chains).map(async ([name, id]) => ({ name, id, found: await lookUp(id) })),
  )
  const unknown = answers.filter(({ found }) => found === 'unknown')
  if (unknown.length > 0)
    throw new Error(
      `Bedrock has no model of these ids in ${region}: ${unknown.map(({ name, id }) => `${id} (${tenantId}'s "${name}")`).join(', ')}. ` +
        'Correct models; the ids there are: aws bedrock list-inference-profiles, aws bedrock list-foundation-models.',
    )
  const profileOnly = answers.filter(({ found }) => found === 'profileOnly')
  if (profileOnly.length > 0)
    throw new Error(
      `Bedrock lets these models be called through an inference profile only: ${profileOnly.map(({ name, id }) => `${id} (${tenantId}'s "${name}")`).join(', ')}. ` +
        "Correct models: a profile's id begins with its geography, such as us.; those of the account: aws bedrock list-inference-profiles.",
    )
  const unasked = answers.flatMap(({ found }) => (typeof found === 'object' ? [found.unasked] : []))
  return unasked.length === 0
    ? []
    : [
        `Whether Bedrock has the models of ${tenantId} was not checked: its deployer needs bedrock:GetFoundationModel and ` +
          `bedrock:GetInferenceProfile (docs/deployers.md). AWS said: ${unasked[0]}`,
      ]
}

const NOT_THERE =
  /ResourceNotFound|ValidationException|couldn't find resource|could not find|identifier is invalid|empty result/i

/** @param provider of the tenant's account */
export const bedrockLookUp =
  (region: string, { modelRegions }: Pick<SpokeSettings, 'modelRegions'>, provider: aws.Provider): ModelLookUp =>
  async (id) => {
    try {
      if (parseModel(id, region, modelRegions).kind === 'inferenceProfile') {
        await aws.bedrock.getInferenceProfile({ inferenceProfileId: id }, { provider })
        return 'there'
      }
      const { inferenceTypesSupporteds: ways } = await aws.bedrockfoundation.getModel({ modelId: id }, { provider })
      // Refused only if Bedrock says so clearly: there may be ways to call a model that this code does not know, such as provisioned throughput.
      return ways.length === 1 && ways[0] === 'INFERENCE_PROFILE' ? 'profileOnly' : 'there'
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      if (NOT_THERE.test(words)) return 'unknown'
      const refused = unaskedBecause(error)
      if (refused) return refused
      throw error
    }
  }

export const warn = (messages: readonly string[]) => Promise.all(messages.map((message) => pulumi.log.warn(message)))
