/** Refusals whose words differ by who refuses: Bedrock, or the model behind it. */
import { AwsError } from '../../errors.ts'

/** Bedrock's own. */
export const invalid = (message: string) => new AwsError('ValidationException', message)

/** The model's, as `Converse` passes it on. `InvokeModel` answers the model's words alone. */
export const modelError = (message: string) => invalid(`The model returned the following errors: ${message}`)

/** As Bedrock says it of what Amazon's own models do not take. */
export const malformed = (message: string) =>
  invalid(`Malformed input request: ${message}, please reformat your input and try again.`)

export const cannotCount = () => invalid("The provided model doesn't support counting tokens.")
