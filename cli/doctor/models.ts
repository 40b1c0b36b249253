/** What Bedrock says about a tenant's models; each model is asked about separately. */
import { GetInferenceProfileCommand, type GetInferenceProfileCommandOutput } from '@aws-sdk/client-bedrock'
import { chainEntries } from '../../shared/model-chain.ts'
import { type Model, parseModel } from '../../shared/policies/models.ts'
import type { Answer } from './check.ts'
import type { Clients } from './clients.ts'
import { ifThere, ofError } from './denied.ts'
import type { TenantSubject } from './subjects.ts'

export interface Asked {
  readonly name: string
  readonly id: string
  readonly model: Model
}

/** @param ask throws AWS's error; an error for one model does not affect the answers for the others */
export async function ofEachModel(
  { settings, region }: TenantSubject,
  ask: (asked: Asked) => Promise<Answer | undefined>,
): Promise<readonly Answer[]> {
  const answers = await Promise.all(
    chainEntries(settings).map(async ([name, id]) => {
      try {
        return await ask({ name, id, model: parseModel(id, region, settings.modelRegions) })
      } catch (error) {
        return { ...ofError(error), about: id }
      }
    }),
  )
  return answers.filter((one) => one !== undefined)
}

/** Bedrock's messages for a model or profile that does not exist. */
export const NO_MODEL = ['ResourceNotFoundException', 'ValidationException'] as const

/** @returns undefined for a profile that does not exist */
export const profileOf = (
  bedrock: Clients['bedrock'],
  inferenceProfileIdentifier: string,
): Promise<GetInferenceProfileCommandOutput | undefined> =>
  ifThere(bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier })), ...NO_MODEL)
