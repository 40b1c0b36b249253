import { AwsError } from '../../../errors.ts'
import type { Refusals } from '../../../wire/protocol/shape.ts'
import type { Prompt } from '../conversation.ts'
import type { Generated } from '../model-backend.ts'

/** What `InvokeModel` takes and answers is the model's own. */
export interface BodyFormat {
  readonly read: (body: unknown) => Prompt
  readonly write: (answer: Generated, modelId: string, requestId: string) => unknown
}

export const MALFORMED: Refusals = {
  serialization: (message) => malformed(message),
  validation: (message) => malformed(message),
}

const malformed = (message: string) =>
  new AwsError('ValidationException', `Malformed input request: ${message}, please reformat your input and try again.`)
