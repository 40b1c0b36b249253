/** Options for turning the messages of a request into Converse's. */
import type { ModelFeatures } from '../model/features.ts'

export interface MessageOptions {
  readonly features: ModelFeatures
  /** Whether tools are offered to the model. If not, Converse accepts no calls and results, so they are written as text. */
  readonly tools: boolean
  /** Whether the model reasons in this request. Earlier reasoning is sent back to it only then. */
  readonly reasons: boolean
  /** Called with the name of each field that is not carried to Bedrock. */
  readonly ignore: (field: string) => void
}
