/** What an operation on a model is given, after the caller was found to be allowed. */
import type { Session } from '../../iam/authorize.ts'
import type { Surroundings, WireRequest, WireResponse } from '../../wire/service.ts'
import type { Invoked } from './catalogue.ts'
import type { ModelEvent, Prompt, Usage } from './model-backend.ts'

export interface ModelCall {
  readonly surroundings: Surroundings
  readonly request: WireRequest
  readonly requestId: string
  readonly session: Session
  readonly invoked: Invoked
  /**
   * The parsed body of the request.
   * @throws AwsError if it is no JSON
   */
  readonly body: () => unknown
  /** @param streamed whether the caller gets each event as it is made */
  readonly generate: (prompt: Prompt, streamed: boolean) => Generating
  /** Counts the use of an answer that `generate` did not make. */
  readonly count: (usage: Usage) => void
}

export interface Generating {
  readonly events: AsyncIterable<ModelEvent>
  /** The use that is known before the answer: the input as the stand-in counts it. */
  readonly input: Usage
  /** Milliseconds since the model was called. */
  readonly latencyMs: () => number
}

export type Operation = (call: ModelCall) => Promise<WireResponse>
