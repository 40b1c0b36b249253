/** Refusals. Their words depend on who refuses: Bedrock, or the model. */
import { AwsError } from '../../errors.ts'

/** A refusal by Bedrock. */
export const invalid = (message: string) => new AwsError('ValidationException', message)

/** A refusal by the model, in the form in which `Converse` passes it on. `InvokeModel` answers only the model's own words. */
export const modelError = (message: string) => invalid(`The model returned the following errors: ${message}`)

/** Bedrock's refusal of a body that Amazon's own models do not accept. */
export const malformed = (message: string) =>
  invalid(`Malformed input request: ${message}, please reformat your input and try again.`)

export const cannotCount = () => invalid("The provided model doesn't support counting tokens.")
