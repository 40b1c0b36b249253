/** What differs between the families of models, whichever operation asks them. */
import type { AwsError } from '../../../errors.ts'
import type { FoundationModel } from '../catalogue.ts'
import type { Prompt } from '../model-backend.ts'

export interface Family {
  /**
   * What `additionalModelRequestFields` say.
   * @param prompt what the request says otherwise
   */
  readonly additional: (
    fields: Readonly<Record<string, unknown>>,
    model: FoundationModel,
    prompt: Prompt,
  ) => Partial<Prompt>
  /**
   * What the model refuses by itself.
   * @param refuse words it: `Converse` passes a model's words on in its own
   */
  readonly check: (model: FoundationModel, prompt: Prompt, refuse: (message: string) => AwsError) => void
}
