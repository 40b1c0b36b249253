/** What differs between the families of models, for every operation. */
import type { AwsError } from '../../../errors.ts'
import type { FoundationModel } from '../catalogue.ts'
import type { Prompt } from '../model-backend.ts'

export interface Family {
  /**
   * Reads `additionalModelRequestFields`.
   * @param prompt the rest of the request
   */
  readonly additional: (
    fields: Readonly<Record<string, unknown>>,
    model: FoundationModel,
    prompt: Prompt,
  ) => Partial<Prompt>
  /**
   * Throws what the model itself refuses.
   * @param refuse makes the error: `Converse` wraps the model's words in its own
   */
  readonly check: (model: FoundationModel, prompt: Prompt, refuse: (message: string) => AwsError) => void
}
