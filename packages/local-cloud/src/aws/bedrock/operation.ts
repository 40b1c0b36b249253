/** What an operation on a model gets, once the caller may have it. */
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
  /** The request's body. @throws AwsError where it is no JSON */
  readonly body: () => unknown
  /** @param streamed whether the caller gets each event as it is made */
  readonly generate: (prompt: Prompt, streamed: boolean) => Generating
  /** For an answer that `generate` did not make. */
  readonly count: (usage: Usage) => void
}

export interface Generating {
  readonly events: AsyncIterable<ModelEvent>
  /** What the model reads, as the stand-in counts it: no output yet. */
  readonly input: Usage
  /** Since the model was asked. */
  readonly latencyMs: () => number
}

export type Operation = (call: ModelCall) => Promise<WireResponse>
