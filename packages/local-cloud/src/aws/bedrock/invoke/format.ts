import type { Refusals } from '../../../wire/protocol/shape.ts'
import type { FoundationModel } from '../catalogue.ts'
import type { Generated, ModelEvent, Prompt, Usage } from '../model-backend.ts'
import { malformed } from '../refusals.ts'

/** The format in which `InvokeModel` takes bodies and returns answers of one family of models. */
export interface BodyFormat {
  /** @throws AwsError for a body that this model does not take */
  readonly read: (body: unknown, model: FoundationModel) => Prompt
  readonly write: (answer: Generated, about: AboutAnswer) => unknown
  /** The parts of the answer, each of them JSON, as they are made. */
  readonly parts: (events: AsyncIterable<ModelEvent>, about: AboutAnswer) => AsyncGenerator<unknown>
}

export interface AboutAnswer {
  readonly model: FoundationModel
  readonly requestId: string
  /** The usage that is known before the model answers: what it reads. */
  readonly input: Usage
  /** What Bedrock adds to the last part of a stream. */
  readonly metrics: (usage: Usage) => Readonly<Record<string, unknown>>
}

export const MALFORMED: Refusals = { serialization: malformed, validation: malformed }

/** The error message of the schema of Amazon's models. */
export const extraneous = (path: string, name: string) =>
  `${path === '' ? '' : `#/${path.replaceAll('.', '/')}: `}extraneous key [${name}] is not permitted`
